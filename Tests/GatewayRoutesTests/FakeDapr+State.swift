import DaprClient

// What the gateway does not use.
extension FakeDapr {
    func deleteBulkState(
        store: String, items: [StateDeletion], options: CallOptions
    ) async throws(DaprError) { throw DaprError(.notSupported, "not in this fake") }

    func queryState(
        store: String, query: [UInt8], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> StateQueryResult {
        throw DaprError(.notSupported, "not in this fake")
    }
}
