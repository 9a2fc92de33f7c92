/// A state store of a sidecar.
public struct StateStore: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any StateAPI

    /// A store on any implementation of the API, such as a test's.
    public init(name: String, api: any StateAPI) {
        self.name = name
        self.api = api
    }

    /// Reads one value; nil when the key does not exist.
    public func get(
        _ key: String, consistency: StateConsistency? = nil, metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> StateValue? {
        try await api.getState(
            store: name, key: key, consistency: consistency, metadata: metadata, options: options)
    }

    /// Reads one value as one of a type: bytes as they are, a `String` from UTF-8, all else from
    /// JSON; nil when the key does not exist. ``StateValue/decode(as:)`` does the same for a value
    /// that was read with its ETag.
    ///
    /// - Throws: `.malformedResponse` when what is stored is no such value.
    public func get<Value: Decodable>(
        _ key: String, as type: Value.Type, consistency: StateConsistency? = nil,
        metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> Value? {
        guard
            let value = try await get(
                key, consistency: consistency, metadata: metadata, options: options)
        else { return nil }
        return try value.decode(as: type)
    }

    /// Saves a value under a key: bytes (`[UInt8]`, `Data`) as they are, a `String` as UTF-8, all
    /// else as JSON. The HTTP API can only store JSON.
    ///
    /// - Parameters:
    ///   - key: not empty and without `||`.
    ///   - value: what to store.
    ///   - etag: the version that must be the current one; nil saves unconditionally.
    ///   - ttl: how long the value lives, rounded up to seconds; nil for ever.
    ///   - stateOptions: how the write is to be done.
    ///   - metadata: for the component.
    ///   - options: deadline and trace context.
    /// - Throws: `.conflict` when the version is another one.
    public func save<Value: Encodable>(
        _ key: String, _ value: Value, etag: ETag? = nil, ttl: Duration? = nil,
        stateOptions: StateOptions = StateOptions(), metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        let item = try StateItem(
            key, value, etag: etag, ttl: ttl, options: stateOptions, metadata: metadata)
        try await api.saveState(store: name, items: [item], options: options)
    }

    /// Saves several values; this is not atomic.
    public func save(
        _ items: [StateItem], options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.saveState(store: name, items: items, options: options)
    }

    /// Deletes a value; a missing key is no error.
    public func delete(
        _ key: String, etag: ETag? = nil, stateOptions: StateOptions = StateOptions(),
        metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.deleteState(
            store: name, key: key, etag: etag, stateOptions: stateOptions, metadata: metadata,
            options: options)
    }

    /// Reads several values, in the order of `keys`.
    ///
    /// - Parameter parallelism: how many the sidecar reads at once; 0 leaves it to the sidecar.
    public func get(
        _ keys: [String], parallelism: Int = 0, metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [BulkStateItem] {
        try await api.getBulkState(
            store: name, keys: keys, parallelism: parallelism, metadata: metadata,
            options: options)
    }

    /// Deletes several values; this is not atomic.
    ///
    /// - Throws: `.notSupported` over HTTP, which has no such call; `.conflict` when one of the
    ///   versions is another one, the others being deleted.
    public func delete(
        _ items: [StateDeletion], options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.deleteBulkState(store: name, items: items, options: options)
    }

    /// Finds values by the fields of their JSON.
    ///
    /// - Parameters:
    ///   - query: which values, in which order, and how many at a time.
    ///   - metadata: for the component, such as `queryIndexName`.
    ///   - options: deadline and trace context.
    /// - Throws: `.notSupported` when the store cannot be queried, `.invalidArgument` for a query
    ///   that makes no sense.
    public func query(
        _ query: StateQuery, metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> StateQueryResult {
        try await self.query(json: try query.json(), metadata: metadata, options: options)
    }

    /// Finds values by a query in Dapr's own JSON, which is sent as it is. Some stores put the names
    /// of fields into their database's query unchecked: never make it of what users say.
    public func query(
        json: [UInt8], metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> StateQueryResult {
        try await api.queryState(store: name, query: json, metadata: metadata, options: options)
    }

    /// Executes operations as one transaction, as far as the store can.
    public func transaction(
        _ operations: [StateOperation], metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.executeStateTransaction(
            store: name, operations: operations, metadata: metadata, options: options)
    }
}
