// What the sidecar does for an actor at a later time.
extension ActorProxy {
    /// Registers a reminder, which outlives the actor's activation.
    ///
    /// - Parameters:
    ///   - name: unique within the actor; `overwrites` says whether there may be one already.
    ///   - data: what the actor is given; it sees the base64 text of the bytes that this is encoded
    ///     as.
    ///   - dueTime: when it fires first, such as `.after(.seconds(30))`.
    ///   - period: how often it fires again, such as `.every(.seconds(86400))`.
    ///   - ttl: when it ends.
    ///   - overwrites: whether a reminder of this name is replaced.
    ///   - failurePolicy: what happens when the actor fails (gRPC only).
    ///   - options: deadline and trace context.
    public func registerReminder<Value: Encodable & Sendable>(
        _ name: String, _ data: Value, dueTime: ScheduleTime? = nil, period: ActorPeriod? = nil,
        ttl: ScheduleTime? = nil, overwrites: Bool = true,
        failurePolicy: FailurePolicy? = nil, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        let reminder = ActorReminder(
            name: name, dueTime: dueTime, period: period, ttl: ttl,
            data: try Payload(data).bytes, overwrites: overwrites, failurePolicy: failurePolicy)
        try await register(reminder, options: options)
    }

    /// Registers a reminder without data.
    public func registerReminder(
        _ name: String, dueTime: ScheduleTime? = nil, period: ActorPeriod? = nil,
        ttl: ScheduleTime? = nil, overwrites: Bool = true,
        failurePolicy: FailurePolicy? = nil, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        let reminder = ActorReminder(
            name: name, dueTime: dueTime, period: period, ttl: ttl, overwrites: overwrites,
            failurePolicy: failurePolicy)
        try await register(reminder, options: options)
    }

    /// Registers a reminder.
    public func register(
        _ reminder: ActorReminder, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.registerActorReminder(reference, reminder, options: options)
    }

    /// Reads a reminder; nil when there is none.
    public func reminder(
        _ name: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> RegisteredReminder? {
        try await api.getActorReminder(reference, name: name, options: options)
    }

    /// Lists the actor's reminders (gRPC only).
    public func reminders(
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [RegisteredReminder] {
        try await api.listActorReminders(
            type: reference.type, id: reference.id, options: options)
    }

    /// Removes a reminder; a missing one is no error.
    public func unregisterReminder(
        _ name: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.unregisterActorReminder(reference, name: name, options: options)
    }

    /// Removes all of the actor's reminders (gRPC only).
    public func unregisterReminders(
        options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.unregisterActorReminders(
            type: reference.type, id: reference.id, options: options)
    }

    // MARK: - Timers

    /// Registers a timer, which ends with the actor's activation.
    ///
    /// - Parameters:
    ///   - name: unique within the actor; a timer of this name is replaced.
    ///   - callback: which method of the actor handles it; the host decides what that means.
    ///   - data: what the actor is given, as with reminders.
    ///   - dueTime: when it fires first.
    ///   - period: how often it fires again.
    ///   - ttl: when it ends.
    ///   - options: deadline and trace context.
    public func registerTimer<Value: Encodable & Sendable>(
        _ name: String, callback: String, _ data: Value, dueTime: ScheduleTime? = nil,
        period: ActorPeriod? = nil, ttl: ScheduleTime? = nil, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        let timer = ActorTimer(
            name: name, dueTime: dueTime, period: period, ttl: ttl, callback: callback,
            data: try Payload(data).bytes)
        try await register(timer, options: options)
    }

    /// Registers a timer without data.
    public func registerTimer(
        _ name: String, callback: String, dueTime: ScheduleTime? = nil, period: ActorPeriod? = nil,
        ttl: ScheduleTime? = nil, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        let timer = ActorTimer(
            name: name, dueTime: dueTime, period: period, ttl: ttl, callback: callback)
        try await register(timer, options: options)
    }

    /// Registers a timer.
    public func register(
        _ timer: ActorTimer, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.registerActorTimer(reference, timer, options: options)
    }

    /// Removes a timer; a missing one is no error.
    public func unregisterTimer(
        _ name: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.unregisterActorTimer(reference, name: name, options: options)
    }
}

extension RegisteredReminder {
    /// The data as what it was registered from.
    public func decode<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(DaprError) -> Value {
        try Payload.decode(type, from: data)
    }
}

/// All actors of a type.
public struct ActorType: Sendable {
    /// The name of the type.
    public let name: String
    private let api: any ActorsAPI

    /// A type on any implementation of the API, such as a test's.
    public init(name: String, api: any ActorsAPI) {
        self.name = name
        self.api = api
    }

    /// The actor of this id.
    public func actor(_ id: String) -> ActorProxy {
        ActorProxy(ActorReference(type: name, id: id), api: api)
    }

    /// Lists the reminders of all of them (gRPC only).
    public func reminders(
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [RegisteredReminder] {
        try await api.listActorReminders(type: name, id: nil, options: options)
    }

    /// Removes the reminders of all of them (gRPC only).
    public func unregisterReminders(
        options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.unregisterActorReminders(type: name, id: nil, options: options)
    }
}
