import DaprClient

/// A state store that exists only in memory, and remembers what it was asked.
actor RecordingState: StateAPI {
    private(set) var saved: [String: [UInt8]] = [:]

    func getState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> StateValue? {
        saved[key].map { StateValue(data: $0) }
    }

    func saveState(
        store: String, items: [StateItem], options: CallOptions
    ) async throws(DaprError) {
        for item in items { saved[item.key] = item.value }
    }

    func deleteState(
        store: String, key: String, etag: ETag?, stateOptions: StateOptions,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
        saved[key] = nil
    }

    func getBulkState(
        store: String, keys: [String], parallelism: Int, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [BulkStateItem] {
        keys.map { key in
            BulkStateItem(key: key, value: saved[key].map { StateValue(data: $0) })
        }
    }

    func executeStateTransaction(
        store: String, operations: [StateOperation], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) {}

    func deleteBulkState(
        store: String, items: [StateDeletion], options: CallOptions
    ) async throws(DaprError) {}

    func queryState(
        store: String, query: [UInt8], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> StateQueryResult { StateQueryResult() }
}
