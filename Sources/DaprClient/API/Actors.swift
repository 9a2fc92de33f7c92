/// Which actor.
public struct ActorReference: Sendable, Hashable {
    /// The type, as its host registered it.
    public var type: String
    /// The id within the type.
    public var id: String

    /// Names an actor.
    public init(type: String, id: String) {
        self.type = type
        self.id = id
    }
}

/// A value of an actor's state.
public struct ActorStateValue: Sendable, Hashable {
    /// The stored bytes.
    public var data: [UInt8]
    /// When the value is gone (RFC 3339); nil when it stays.
    public var expiry: String?

    /// A value of an actor's state.
    public init(data: [UInt8], expiry: String? = nil) {
        self.data = data
        self.expiry = expiry
    }
}

/// A part of a transaction on an actor's state.
public enum ActorStateOperation: Sendable, Hashable {
    /// Sets a value. `ttl` is how long it lasts, in whole seconds, rounded up; nil is for ever.
    case upsert(key: String, value: [UInt8], ttl: Duration? = nil)
    /// Removes a value.
    case delete(key: String)

    /// The key.
    public var key: String {
        switch self {
        case .upsert(let key, _, _), .delete(let key): key
        }
    }
}

/// A reminder to register.
public struct ActorReminder: Sendable, Hashable {
    /// The name, unique within the actor.
    public var name: String
    /// When it fires first; nil is at once, or after the first period.
    public var dueTime: ScheduleTime?
    /// How often it fires again; nil is never.
    public var period: ActorPeriod?
    /// When it ends.
    public var ttl: ScheduleTime?
    /// What the actor is given. It sees the base64 text of these bytes as a JSON string, as with
    /// Dapr's other SDKs, whichever API is used.
    public var data: [UInt8]
    /// Whether a reminder of this name is replaced; if not, there being one is a `.conflict`.
    public var overwrites: Bool
    /// What happens when the actor fails; nil tries three times, a second apart. gRPC only.
    public var failurePolicy: FailurePolicy?

    /// A reminder to register.
    public init(
        name: String, dueTime: ScheduleTime? = nil, period: ActorPeriod? = nil,
        ttl: ScheduleTime? = nil, data: [UInt8] = [], overwrites: Bool = true,
        failurePolicy: FailurePolicy? = nil
    ) {
        self.name = name
        self.dueTime = dueTime
        self.period = period
        self.ttl = ttl
        self.data = data
        self.overwrites = overwrites
        self.failurePolicy = failurePolicy
    }
}

/// A reminder as the sidecar gives it back.
public struct RegisteredReminder: Sendable, Hashable {
    /// Whose it is.
    public var actor: ActorReference
    /// The name.
    public var name: String
    /// When it fires first.
    public var dueTime: ScheduleTime?
    /// How often it fires again, as the sidecar words it, such as `@every 10s`; it does not tell how
    /// often in all.
    public var periodText: String?
    /// When it ends.
    public var ttl: ScheduleTime?
    /// What the actor is given: the bytes that were registered. Of reminders that another client
    /// gave something else than base64 text, the JSON text.
    public var data: [UInt8]

    /// How often it fires again; nil when it does not, or ``periodText`` has another form.
    public var period: ActorPeriod? { periodText.flatMap { try? ActorPeriod($0) } }

    /// A reminder as the sidecar gives it back.
    public init(
        actor: ActorReference, name: String, dueTime: ScheduleTime? = nil,
        periodText: String? = nil, ttl: ScheduleTime? = nil, data: [UInt8] = []
    ) {
        self.actor = actor
        self.name = name
        self.dueTime = dueTime
        self.periodText = periodText
        self.ttl = ttl
        self.data = data
    }
}

/// A timer to register.
public struct ActorTimer: Sendable, Hashable {
    /// The name, unique within the actor.
    public var name: String
    /// When it fires first; nil is at once, or after the first period.
    public var dueTime: ScheduleTime?
    /// How often it fires again; nil is never.
    public var period: ActorPeriod?
    /// When it ends.
    public var ttl: ScheduleTime?
    /// Which method of the actor handles it; the host decides what that means.
    public var callback: String
    /// What the actor is given, as with ``ActorReminder/data``.
    public var data: [UInt8]

    /// A timer to register.
    public init(
        name: String, dueTime: ScheduleTime? = nil, period: ActorPeriod? = nil,
        ttl: ScheduleTime? = nil, callback: String = "", data: [UInt8] = []
    ) {
        self.name = name
        self.dueTime = dueTime
        self.period = period
        self.ttl = ttl
        self.callback = callback
        self.data = data
    }
}
