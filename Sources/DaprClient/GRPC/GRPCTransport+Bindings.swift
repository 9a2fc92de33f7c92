import DaprProtos

extension RPCs {
    static let invokeBinding = RPC<
        Dapr_Proto_Runtime_V1_InvokeBindingRequest, Dapr_Proto_Runtime_V1_InvokeBindingResponse
    >("InvokeBinding")
}

extension GRPCTransport {
    func invokeBinding(
        name: String, operation: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BindingResult {
        try check(name, "binding")
        try settings.check(body: data.count)
        var request = Dapr_Proto_Runtime_V1_InvokeBindingRequest()
        request.name = name
        request.operation = operation
        request.data = data.data
        request.metadata = metadata
        let response = try await call(RPCs.invokeBinding, request, in: .bindings, options)
        return BindingResult(data: response.data.array, metadata: response.metadata)
    }
}
