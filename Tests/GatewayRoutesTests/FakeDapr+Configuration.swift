import DaprClient

// No route uses locks yet.
extension FakeDapr {
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
