/// When a job runs again and again.
public struct JobSchedule: Sendable, Hashable {
    /// As the sidecar reads it.
    public var text: String

    /// Cron with six fields, the first for seconds (`0 30 6 * * MON-FRI`), or `@every 5s`,
    /// `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
    public init(_ text: String) {
        self.text = text
    }

    /// At a fixed distance, in whole seconds.
    public static func every(_ interval: Duration) -> JobSchedule {
        JobSchedule("@every " + DurationText.go(interval))
    }

    /// The fixed distance of a schedule that has one (`@every 5s`); nil for cron and the like.
    public var interval: Duration? {
        text.hasPrefix("@every ") ? DurationText.parse(String(text.dropFirst(7))) : nil
    }

    /// At the beginning of each hour, in UTC.
    public static let hourly = JobSchedule("@hourly")
    /// At midnight.
    public static let daily = JobSchedule("@daily")
    /// At midnight before Sunday.
    public static let weekly = JobSchedule("@weekly")
    /// At midnight before the first of each month.
    public static let monthly = JobSchedule("@monthly")
    /// At midnight before the first of January.
    public static let yearly = JobSchedule("@yearly")
}

/// What a job brings to its app.
public enum JobData: Sendable, Hashable {
    /// A JSON document. The sidecar keeps its numbers as floating point.
    case json([UInt8])
    /// Other bytes; over gRPC only.
    case bytes([UInt8])
}

/// What happens when the app fails to take a run of a job, or an actor a reminder.
public enum FailurePolicy: Sendable, Hashable {
    /// This run is given up.
    case drop
    /// It is tried again after `interval`, at most `maxRetries` times; nil is without end.
    case retry(interval: Duration, maxRetries: UInt32? = nil)
}

/// What the scheduler has the app do once, or again and again.
public struct Job: Sendable, Hashable {
    /// Unique in the app.
    public var name: String
    /// When it runs again; a job needs this or a due time.
    public var schedule: JobSchedule?
    /// How often it runs; nil is without end.
    public var repeats: UInt32?
    /// When it runs first.
    public var dueTime: ScheduleTime?
    /// When it ends.
    public var ttl: ScheduleTime?
    /// What the app is given; nil is nothing.
    public var data: JobData?
    /// Nil is three tries, one second apart.
    public var failurePolicy: FailurePolicy?

    /// Describes a job.
    public init(
        name: String, schedule: JobSchedule? = nil, repeats: UInt32? = nil,
        dueTime: ScheduleTime? = nil, ttl: ScheduleTime? = nil, data: JobData? = nil,
        failurePolicy: FailurePolicy? = nil
    ) {
        self.name = name
        self.schedule = schedule
        self.repeats = repeats
        self.dueTime = dueTime
        self.ttl = ttl
        self.data = data
        self.failurePolicy = failurePolicy
    }

    /// The data as a value; nil for none.
    ///
    /// - Throws: `.malformedResponse` when it is no such value.
    public func decodeData<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(DaprError) -> Value? {
        switch data {
        case nil: nil
        case .bytes(let bytes): try Payload.decode(type, from: bytes)
        // A text was sent as a JSON string.
        case .json(let bytes) where type == String.self:
            try PlainValue.parse(type, json: bytes)
        case .json(let bytes): try Payload.decode(type, from: bytes)
        }
    }
}
