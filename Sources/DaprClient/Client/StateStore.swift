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

    /// Executes operations as one transaction, as far as the store can.
    public func transaction(
        _ operations: [StateOperation], metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.executeStateTransaction(
            store: name, operations: operations, metadata: metadata, options: options)
    }
}
