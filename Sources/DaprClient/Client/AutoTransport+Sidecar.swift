extension AutoTransport {
    func shutdownSidecar(isForced: Bool, options: CallOptions) async throws(DaprError) {
        try await grpc.shutdownSidecar(isForced: isForced, options: options)
    }
}
