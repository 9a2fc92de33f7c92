/// What can be asked of the sidecar itself.
public protocol SidecarAPI: Sendable {
    /// What the sidecar says about itself (`GetMetadata`).
    func getMetadata(options: CallOptions) async throws(DaprError) -> SidecarMetadata

    /// Sets one extended attribute (`SetMetadata`).
    func setMetadata(key: String, value: String, options: CallOptions) async throws(DaprError)

    /// Whether the sidecar is ready (`/v1.0/healthz`, or `/v1.0/healthz/outbound`).
    ///
    /// - Parameter outbound: asks only whether components are loaded, not whether the app answers.
    /// - Throws: `.unavailable` when the sidecar says that it is not ready, or does not answer.
    func checkHealth(outbound: Bool, options: CallOptions) async throws(DaprError)
}
