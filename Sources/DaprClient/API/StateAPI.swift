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

    /// Deletes several values (`DeleteBulkState`); this is not atomic.
    ///
    /// - Throws: `.notSupported` over HTTP, which has no such call; `.conflict` when one of the
    ///   versions is another one, the others being deleted.
    func deleteBulkState(
        store: String, items: [StateDeletion], options: CallOptions
    ) async throws(DaprError)

    /// Executes operations as one transaction (`ExecuteStateTransaction`).
    func executeStateTransaction(
        store: String, operations: [StateOperation], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError)

    /// Finds values (`QueryStateAlpha1`).
    ///
    /// - Parameter query: the query, as JSON.
    /// - Throws: `.notSupported` when the store cannot be queried.
    func queryState(
        store: String, query: [UInt8], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> StateQueryResult
}
