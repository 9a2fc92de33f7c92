extension DaprClient {
    /// The actor of this type and id, wherever it is hosted.
    public func actor(type: String, id: String) -> ActorProxy {
        ActorProxy(ActorReference(type: type, id: id), api: api)
    }

    /// All actors of a type, for their reminders.
    public func actors(ofType type: String) -> ActorType {
        ActorType(name: type, api: api)
    }
}

/// An actor, for those who call it. The actor takes one call at a time.
///
/// Arguments and results are values of any `Codable` type, or plain bytes: `[UInt8]` stay as they
/// are, a `String` is its UTF-8, and everything else is JSON. A host made with Dapr's JavaScript SDK
/// expects the arguments as an array.
public struct ActorProxy: Sendable {
    /// Which actor.
    public let reference: ActorReference
    let api: any ActorsAPI

    /// An actor on any implementation of the API, such as a test's.
    public init(_ reference: ActorReference, api: any ActorsAPI) {
        self.reference = reference
        self.api = api
    }

    // MARK: - Methods

    /// Calls a method that takes nothing.
    ///
    /// - Returns: what it gives back, as bytes.
    @discardableResult
    public func invoke(
        _ method: String, metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [UInt8] {
        try await api.invokeActor(
            reference, method: method, data: [], metadata: metadata, options: options)
    }

    /// Calls a method.
    ///
    /// - Parameters:
    ///   - method: its name.
    ///   - argument: what it gets.
    ///   - metadata: header fields for the actor.
    ///   - options: deadline and trace context.
    /// - Returns: what it gives back, as bytes.
    @discardableResult
    public func invoke<Argument: Encodable & Sendable>(
        _ method: String, _ argument: Argument, metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [UInt8] {
        let payload = try Payload(argument)
        let type = ["content-type": payload.contentType]
        return try await api.invokeActor(
            reference, method: method, data: payload.bytes,
            metadata: type.merging(metadata) { $1 }, options: options)
    }

    /// Calls a method that takes nothing, and reads what it gives back.
    public func invoke<Result: Decodable>(
        _ method: String, as type: Result.Type, metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> Result {
        try Payload.decode(
            type, from: try await invoke(method, metadata: metadata, options: options))
    }

    /// Calls a method, and reads what it gives back.
    public func invoke<Argument: Encodable & Sendable, Result: Decodable>(
        _ method: String, _ argument: Argument, as type: Result.Type,
        metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> Result {
        try Payload.decode(
            type, from: try await invoke(method, argument, metadata: metadata, options: options))
    }

    // MARK: - State

    /// Reads a value of the actor's state; nil when there is none.
    public func state(
        _ key: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> ActorStateValue? {
        try await api.getActorState(reference, key: key, options: options)
    }

    /// Reads a value of the actor's state as what it was saved from; nil when there is none.
    public func state<Value: Decodable>(
        _ key: String, as type: Value.Type, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> Value? {
        guard let value = try await state(key, options: options) else { return nil }
        return try value.decode(as: type)
    }

    /// Sets a value of the actor's state. The actor must be active.
    ///
    /// - Parameters:
    ///   - key: its name.
    ///   - value: what is stored; the HTTP API can only store JSON.
    ///   - ttl: how long it lasts, in whole seconds, rounded up; nil is for ever.
    ///   - options: deadline and trace context.
    public func setState<Value: Encodable & Sendable>(
        _ key: String, _ value: Value, ttl: Duration? = nil, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await transaction([.set(key, value, ttl: ttl)], options: options)
    }

    /// Removes a value of the actor's state. The actor must be active.
    public func removeState(
        _ key: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await transaction([.delete(key: key)], options: options)
    }

    /// Changes the actor's state, all or nothing. The actor must be active.
    public func transaction(
        _ operations: [ActorStateOperation], options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.executeActorStateTransaction(
            reference, operations: operations, options: options)
    }
}

extension ActorStateOperation {
    /// Sets a value of any type: bytes and texts as they are, everything else as JSON.
    public static func set(
        _ key: String, _ value: some Encodable, ttl: Duration? = nil
    ) throws(DaprError) -> ActorStateOperation {
        .upsert(key: key, value: try Payload(value).bytes, ttl: ttl)
    }
}

extension ActorStateValue {
    /// The value as what it was saved from.
    public func decode<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(DaprError) -> Value {
        try Payload.decode(type, from: data)
    }
}
