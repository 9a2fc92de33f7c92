extension AutoTransport {
    func invokeBinding(
        name: String, operation: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BindingResult {
        try await grpc.invokeBinding(
            name: name, operation: operation, data: data, metadata: metadata, options: options)
    }
}
