import JSON

// The sidecar itself.
extension HTTPTransport {
    func getMetadata(options: CallOptions) async throws(DaprError) -> SidecarMetadata {
        let response = try await call("GET", RequestPath("metadata"), in: .metadata, options)
        return SidecarMetadata(try Self.json(response).root)
    }

    func setMetadata(
        key: String, value: String, options: CallOptions
    ) async throws(DaprError) {
        try settings.check(body: value.utf8.count)
        _ = try await call(
            "PUT", RequestPath("metadata", key), body: Array(value.utf8), contentType: "text/plain",
            in: .metadata, options)
    }

    func checkHealth(outbound: Bool, options: CallOptions) async throws(DaprError) {
        let path = outbound ? RequestPath("healthz", "outbound") : RequestPath("healthz")
        _ = try await call("GET", path, in: .health, options)
    }

    func shutdownSidecar(isForced: Bool, options: CallOptions) async throws(DaprError) {
        _ = try await call(
            "POST", RequestPath("shutdown"),
            extra: isForced ? [("dapr-force-shutdown", "true")] : [], in: .metadata, options)
    }
}
