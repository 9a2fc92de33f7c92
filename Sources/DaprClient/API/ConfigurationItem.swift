/// The value of a key in a configuration store.
public struct ConfigurationItem: Sendable, Hashable {
    /// The value.
    public var value: String
    /// Its version, in whatever form the store has; empty where it has none.
    public var version: String
    /// What the store says about it.
    public var metadata: [String: String]

    /// The value of a key.
    public init(_ value: String, version: String = "", metadata: [String: String] = [:]) {
        self.value = value
        self.version = version
        self.metadata = metadata
    }

    /// The value as one of a type: a `String` as it is, all else from JSON.
    ///
    /// - Throws: `.malformedResponse` when it is no such value.
    public func decode<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(DaprError) -> Value {
        try Payload.decode(type, from: Array(value.utf8))
    }

    /// Whether this is what a stream sends for a key that is gone. (Redis does the same for one
    /// whose value is empty: they cannot be told apart, and reading leaves both out.)
    var isNothing: Bool { value.isEmpty && version.isEmpty && metadata.isEmpty }
}

/// One message of a subscription to a configuration store.
public struct ConfigurationUpdate: Sendable, Hashable {
    /// The subscription.
    public var id: String
    /// What changed, none in the first message. A key that is gone has an empty value here.
    public var items: [String: ConfigurationItem]

    /// One message of a subscription.
    public init(id: String, items: [String: ConfigurationItem] = [:]) {
        self.id = id
        self.items = items
    }
}

/// A subscription to a configuration store. When nobody holds it any more, it is cancelled.
public struct ConfigurationStream: Sendable {
    private let read: @Sendable () async throws(DaprError) -> ConfigurationUpdate?

    /// A subscription from any source, such as a test's.
    public init(_ next: @escaping @Sendable () async throws(DaprError) -> ConfigurationUpdate?) {
        read = next
    }

    /// The next message; nil when the sidecar ended the stream. One task at a time may ask.
    public func next() async throws(DaprError) -> ConfigurationUpdate? {
        try await read()
    }
}
