/// State management, as both APIs offer it.
public protocol StateAPI: Sendable {
    /// Reads one value (`GetState`).
    ///
    /// - Returns: nil when the key does not exist. A store without ETags cannot tell an empty value
    ///   from a missing one; there an empty value counts as missing.
    /// - Throws: `.noSuchComponent` for an unknown store; `.invalidArgument` for a key that is empty or
    ///   has `||`; `.componentFailed` when the store fails.
    func getState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> StateValue?

    /// Saves values (`SaveState`); more than one is not atomic.
    ///
    /// - Throws: `.conflict` when an ETag or a first write did not match; `.noSuchComponent` for an
    ///   unknown store; `.invalidArgument` for a key that is empty or has `||`, and an ETag that the
    ///   store cannot read; `.notSupported` over HTTP for a value that is not JSON;
    ///   `.componentFailed` when the store fails.
    func saveState(
        store: String, items: [StateItem], options: CallOptions
    ) async throws(DaprError)

    /// Deletes one value (`DeleteState`); a missing key is no error.
    ///
    /// - Throws: `.conflict` when the ETag did not match; otherwise as `saveState` does.
    ///   `.noSuchComponent` for an unknown store.
    func deleteState(
        store: String, key: String, etag: ETag?, stateOptions: StateOptions,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError)

    /// Reads several values (`GetBulkState`), in the order of `keys`.
    ///
    /// - Parameter parallelism: how many the sidecar reads at once; 0 leaves it to the sidecar.
    /// - Returns: for each key its value, or its own error; a key that fails does not fail the call.
    /// - Throws: `.noSuchComponent` for an unknown store; `.invalidArgument` for a key that is empty or
    ///   has `||`.
    func getBulkState(
        store: String, keys: [String], parallelism: Int, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [BulkStateItem]

    /// Deletes several values (`DeleteBulkState`); this is not atomic.
    ///
    /// - Throws: `.notSupported` over HTTP, which has no such call; `.conflict` when one of the
    ///   versions is another one, the others being deleted; `.noSuchComponent` for an unknown store;
    ///   `.invalidArgument` for a key that is empty or has `||`.
    func deleteBulkState(
        store: String, items: [StateDeletion], options: CallOptions
    ) async throws(DaprError)

    /// Executes operations as one transaction (`ExecuteStateTransaction`).
    ///
    /// - Throws: `.conflict` when an ETag did not match; `.noSuchComponent` for an unknown store;
    ///   `.notSupported` when the store has no transactions, and over HTTP for a value that is not
    ///   JSON; `.invalidArgument` for a key that is empty or has `||`, and for more operations than the
    ///   store takes; `.componentFailed` when the store fails.
    func executeStateTransaction(
        store: String, operations: [StateOperation], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError)

    /// Finds values (`QueryStateAlpha1`).
    ///
    /// - Parameter query: the query, as JSON.
    /// - Throws: `.notSupported` when the store cannot be queried, or not so; `.noSuchComponent` for
    ///   an unknown store; `.invalidArgument` for a query that cannot be read; `.componentFailed` when
    ///   the store fails.
    func queryState(
        store: String, query: [UInt8], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> StateQueryResult
}
