/// A version of a stored value, opaque and as the store gave it (without quotes).
public struct ETag: Sendable, Hashable, RawRepresentable {
    /// The text of the tag.
    public let rawValue: String

    /// A tag with this text.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Which replicas have to agree on a read or write.
public enum StateConsistency: String, Sendable, CaseIterable {
    /// Any replica (`eventual`).
    case eventual
    /// A quorum, or all, as the store does it (`strong`).
    case strong
}

/// What happens when two writers meet.
public enum StateConcurrency: String, Sendable, CaseIterable {
    /// The first wins; later writes with an old ETag fail (`first-write`).
    case firstWrite = "first-write"
    /// The last wins (`last-write`).
    case lastWrite = "last-write"
}

/// How one write or delete is to be done; nil leaves it to the store.
public struct StateOptions: Sendable, Hashable {
    /// What happens when two writers meet.
    public var concurrency: StateConcurrency?
    /// Which replicas have to agree.
    public var consistency: StateConsistency?

    /// Options for a write.
    public init(concurrency: StateConcurrency? = nil, consistency: StateConsistency? = nil) {
        self.concurrency = concurrency
        self.consistency = consistency
    }
}

/// A value as it was read.
public struct StateValue: Sendable, Hashable {
    /// The stored bytes.
    public var data: [UInt8]
    /// Its version; nil where the store has none.
    public var etag: ETag?
    /// What the store says about it, such as `ttlExpireTime`. Over HTTP the names are lower-case.
    public var metadata: [String: String]

    /// A value as it was read.
    public init(data: [UInt8], etag: ETag? = nil, metadata: [String: String] = [:]) {
        self.data = data
        self.etag = etag
        self.metadata = metadata
    }
}

extension StateValue {
    /// The value as a text; nil when it is not UTF-8.
    public var text: String? { String(validating: data, as: UTF8.self) }

    /// The value as one of a type: bytes as they are, a `String` from UTF-8, all else from JSON.
    ///
    /// - Throws: `.malformedResponse` when what is stored is no such value.
    public func decode<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(DaprError) -> Value {
        try Payload.decode(type, from: data)
    }
}

/// A value to save.
public struct StateItem: Sendable, Hashable {
    /// The key; not empty and without `||`.
    public var key: String
    /// The bytes to store. The HTTP API can only store JSON, and re-encodes it.
    public var value: [UInt8]
    /// The version that must be the current one; nil saves unconditionally.
    public var etag: ETag?
    /// How the write is to be done.
    public var options: StateOptions
    /// Metadata for the component, such as `ttlInSeconds`.
    public var metadata: [String: String]

    /// A value to save.
    public init(
        key: String, value: [UInt8], etag: ETag? = nil, options: StateOptions = StateOptions(),
        metadata: [String: String] = [:]
    ) {
        self.key = key
        self.value = value
        self.etag = etag
        self.options = options
        self.metadata = metadata
    }
}

extension StateItem {
    /// A value to save: bytes as they are, a `String` as UTF-8, all else as JSON.
    ///
    /// - Parameters:
    ///   - key: not empty and without `||`.
    ///   - value: what to store.
    ///   - etag: the version that must be the current one; nil saves unconditionally.
    ///   - ttl: how long the value lives, rounded up to seconds; nil for ever.
    ///   - options: how the write is to be done.
    ///   - metadata: for the component.
    /// - Throws: `.invalidArgument` when the value cannot be encoded, or `ttl` is not positive.
    public init<Value: Encodable>(
        _ key: String, _ value: Value, etag: ETag? = nil, ttl: Duration? = nil,
        options: StateOptions = StateOptions(), metadata: [String: String] = [:]
    ) throws(DaprError) {
        self.init(
            key: key, value: try Payload(value).bytes, etag: etag, options: options,
            metadata: try metadata.living(ttl))
    }
}

/// One key's part of a bulk get, or of what a query found.
public struct BulkStateItem: Sendable, Hashable {
    /// The key.
    public var key: String
    /// The value; nil when the key does not exist, or could not be read (then `error` says why).
    public var value: StateValue?
    /// Why this key could not be read.
    public var error: String?

    /// One key's part of a bulk get.
    public init(key: String, value: StateValue? = nil, error: String? = nil) {
        self.key = key
        self.value = value
        self.error = error
    }
}

/// One step of a transaction.
public enum StateOperation: Sendable, Hashable {
    /// Saves a value.
    case upsert(StateItem)
    /// Deletes a key.
    case delete(StateDeletion)
}

extension StateOperation {
    /// Saves a value: bytes as they are, a `String` as UTF-8, all else as JSON.
    ///
    /// - Parameters:
    ///   - key: not empty and without `||`.
    ///   - value: what to store.
    ///   - etag: the version that must be the current one; nil saves unconditionally.
    ///   - ttl: how long the value lives, rounded up to seconds; nil for ever.
    /// - Throws: `.invalidArgument` when the value cannot be encoded, or `ttl` is not positive.
    public static func set(
        _ key: String, _ value: some Encodable, etag: ETag? = nil, ttl: Duration? = nil
    ) throws(DaprError) -> StateOperation {
        .upsert(try StateItem(key, value, etag: etag, ttl: ttl))
    }

    /// Deletes a key, of this version if one is given.
    public static func delete(key: String, etag: ETag? = nil) -> StateOperation {
        .delete(StateDeletion(key, etag: etag))
    }
}

/// A key to delete.
public struct StateDeletion: Sendable, Hashable {
    /// The key; not empty and without `||`.
    public var key: String
    /// The version that must be the current one; nil deletes unconditionally.
    public var etag: ETag?
    /// How the deletion is to be done.
    public var options: StateOptions
    /// Metadata for the component.
    public var metadata: [String: String]

    /// A key to delete.
    public init(
        _ key: String, etag: ETag? = nil, options: StateOptions = StateOptions(),
        metadata: [String: String] = [:]
    ) {
        self.key = key
        self.etag = etag
        self.options = options
        self.metadata = metadata
    }
}
