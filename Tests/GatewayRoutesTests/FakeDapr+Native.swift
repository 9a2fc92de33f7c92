import DaprClient

extension FakeDapr {
    func callNative(
        _ request: NativeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse {
        try record("callNative", "\(request.verb) \(request.path)", options)
        return change { world in
            world.native = request
            return world.invokeResponse
        }
    }
}
