import DaprClient

// No route uses configuration or locks yet.
extension FakeDapr {
    func getConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: ConfigurationItem] {
        throw DaprError(.notSupported, "the fake has no configuration")
    }

    func subscribeConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> ConfigurationStream {
        throw DaprError(.notSupported, "the fake has no configuration")
    }

    func unsubscribeConfiguration(
        store: String, id: String, options: CallOptions
    ) async throws(DaprError) {
        throw DaprError(.notSupported, "the fake has no configuration")
    }

    func tryLock(
        store: String, resource: String, owner: String, expiry: Duration, options: CallOptions
    ) async throws(DaprError) -> Bool {
        throw DaprError(.notSupported, "the fake has no locks")
    }

    func unlock(
        store: String, resource: String, owner: String, options: CallOptions
    ) async throws(DaprError) -> UnlockResult {
        throw DaprError(.notSupported, "the fake has no locks")
    }
}
