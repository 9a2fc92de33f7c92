import DaprClient

extension FakeDapr {
    func callApp(
        _ appID: String, path: String, message: [UInt8], metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> GRPCResponse<[UInt8]> {
        throw DaprError(.notSupported, "the fake has no apps with gRPC services")
    }

    func openAppCall(
        _ appID: String, path: String, message: [UInt8]?, metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> any AppCall {
        throw DaprError(.notSupported, "the fake has no apps with gRPC services")
    }
}
