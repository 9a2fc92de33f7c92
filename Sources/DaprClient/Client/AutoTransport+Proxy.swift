extension AutoTransport {
    func callApp(
        _ appID: String, path: String, message: [UInt8], metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> GRPCResponse<[UInt8]> {
        try await grpc.callApp(
            appID, path: path, message: message, metadata: metadata, options: options)
    }

    func openAppCall(
        _ appID: String, path: String, message: [UInt8]?, metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> any AppCall {
        try await grpc.openAppCall(
            appID, path: path, message: message, metadata: metadata, options: options)
    }
}
