extension HTTPTransport {
    func callApp(
        _ appID: String, path: String, message: [UInt8], metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> GRPCResponse<[UInt8]> {
        throw Self.cannotProxy
    }

    func openAppCall(
        _ appID: String, path: String, message: [UInt8]?, metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> any AppCall {
        throw Self.cannotProxy
    }

    private static var cannotProxy: DaprError {
        DaprError(
            .notSupported, "gRPC services of apps are only reached over the sidecar's gRPC API",
            isUnprocessed: true)
    }
}
