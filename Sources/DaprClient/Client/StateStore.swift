/// A state store of a sidecar.
public struct StateStore: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any DaprAPI

    /// A store on any implementation of the API, such as a test's.
    public init(name: String, api: any DaprAPI) {
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

    /// Saves bytes under a key. The HTTP API can only store JSON.
    ///
    /// - Parameter etag: the version that must be the current one; nil saves unconditionally.
    /// - Throws: `.conflict` when the version is another one.
    public func save(
        _ key: String, _ value: [UInt8], etag: ETag? = nil,
        stateOptions: StateOptions = StateOptions(), metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        let item = StateItem(
            key: key, value: value, etag: etag, options: stateOptions, metadata: metadata)
        try await api.saveState(store: name, items: [item], options: options)
    }

    /// Saves a text, as its UTF-8 bytes.
    public func save(
        _ key: String, _ text: String, etag: ETag? = nil,
        stateOptions: StateOptions = StateOptions(), metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await save(
            key, Array(text.utf8), etag: etag, stateOptions: stateOptions, metadata: metadata,
            options: options)
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

extension StateValue {
    /// The value as a text; nil when it is not UTF-8.
    public var text: String? { String(validating: data, as: UTF8.self) }
}
