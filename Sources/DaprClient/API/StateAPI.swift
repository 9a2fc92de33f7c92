/// State management, as both APIs offer it.
public protocol StateAPI: Sendable {
    /// Reads one value (`GetState`).
    ///
    /// - Returns: nil when the key does not exist. A store without ETags cannot tell an empty value
    ///   from a missing one; there an empty value counts as missing.
    func getState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> StateValue?

    /// Saves values (`SaveState`); more than one is not atomic.
    func saveState(
        store: String, items: [StateItem], options: CallOptions
    ) async throws(DaprError)

    /// Deletes one value (`DeleteState`); a missing key is no error.
    func deleteState(
        store: String, key: String, etag: ETag?, stateOptions: StateOptions,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError)

    /// Reads several values (`GetBulkState`), in the order of `keys`.
    ///
    /// - Parameter parallelism: how many the sidecar reads at once; 0 leaves it to the sidecar.
    func getBulkState(
        store: String, keys: [String], parallelism: Int, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [BulkStateItem]

    /// Executes operations as one transaction (`ExecuteStateTransaction`).
    func executeStateTransaction(
        store: String, operations: [StateOperation], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError)
}
