import DaprClient

extension FakeDapr {
    func invokeBinding(
        name: String, operation: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BindingResult {
        throw DaprError(.notSupported, "this sidecar has no bindings")
    }
}
