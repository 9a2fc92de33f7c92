import DaprClient
import Synchronization

// What the gateway does not use.
extension FakeDapr {
    func deleteBulkState(
        store: String, items: [StateDeletion], options: CallOptions
    ) async throws(DaprError) { throw DaprError(.notSupported, "not in this fake") }

    func queryState(
        store: String, query: [UInt8], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> StateQueryResult {
        try record("queryState", "\(store) \(text(query))\(text(metadata))", options)
        return world.withLock { $0.answers.query }
    }
}
