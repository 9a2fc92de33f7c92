import DaprProtos
import HTTP2

extension RPCs {
    static let getMetadata = RPC<
        Dapr_Proto_Runtime_V1_GetMetadataRequest, Dapr_Proto_Runtime_V1_GetMetadataResponse
    >("GetMetadata", isRead: true)
    static let setMetadata = RPC<Dapr_Proto_Runtime_V1_SetMetadataRequest, Empty>("SetMetadata")
    static let shutdown = RPC<Dapr_Proto_Runtime_V1_ShutdownRequest, Empty>("Shutdown")
}

// The sidecar itself.
extension GRPCTransport {
    func getMetadata(options: CallOptions) async throws(DaprError) -> SidecarMetadata {
        let request = Dapr_Proto_Runtime_V1_GetMetadataRequest()
        return SidecarMetadata(
            try await call(RPCs.getMetadata, request, in: .metadata, options))
    }

    func setMetadata(
        key: String, value: String, options: CallOptions
    ) async throws(DaprError) {
        try check(key, "attribute")
        var request = Dapr_Proto_Runtime_V1_SetMetadataRequest()
        request.key = key
        request.value = value
        _ = try await call(RPCs.setMetadata, request, in: .metadata, options)
    }

    /// The gRPC API has no health service, so this asks for the metadata.
    func checkHealth(outbound: Bool, options: CallOptions) async throws(DaprError) {
        let message = try Self.frame(Dapr_Proto_Runtime_V1_GetMetadataRequest())
        _ = try await exchange(RPCs.getMetadata, message, .health, options, isProbe: true)
    }

    func shutdownSidecar(isForced: Bool, options: CallOptions) async throws(DaprError) {
        let message = try Self.frame(Dapr_Proto_Runtime_V1_ShutdownRequest())
        var extra = HeaderBlock()
        if isForced {
            do throws(HeaderFieldError) {
                try extra.append("dapr-force-shutdown", "true")
            } catch {
                throw DaprError(error)
            }
        }
        let response = try await send(RPCs.shutdown, message, options, extra: extra)
        guard GRPCStatus.isOK(response) else {
            throw DaprError(GRPCStatus(response), in: .metadata)
        }
    }
}
