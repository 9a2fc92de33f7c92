/// What can be asked of the sidecar itself.
public protocol SidecarAPI: Sendable {
    /// What the sidecar says about itself (`GetMetadata`).
    ///
    /// - Throws: `.unauthenticated` for a wrong API token, and nothing else of its own.
    func getMetadata(options: CallOptions) async throws(DaprError) -> SidecarMetadata

    /// Sets one extended attribute (`SetMetadata`).
    ///
    /// - Throws: `.invalidArgument` for an empty key.
    func setMetadata(key: String, value: String, options: CallOptions) async throws(DaprError)

    /// Whether the sidecar is ready (`/v1.0/healthz`, or `/v1.0/healthz/outbound`).
    ///
    /// - Parameter outbound: asks only whether components are loaded, not whether the app answers.
    /// - Throws: `.unavailable` when the sidecar says that it is not ready, or does not answer.
    func checkHealth(outbound: Bool, options: CallOptions) async throws(DaprError)

    /// Ends the sidecar (`Shutdown`): it stops taking calls, finishes those under way and exits.
    ///
    /// - Parameter isForced: ends the process at once, with exit status 1.
    /// - Throws: `.unauthenticated` for a wrong API token; `.unavailable` when the sidecar was gone before
    ///   it could answer.
    func shutdownSidecar(isForced: Bool, options: CallOptions) async throws(DaprError)
}
