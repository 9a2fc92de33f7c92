/// When a reminder, a timer or a job is due first, or when it ends.
public enum ScheduleTime: Sendable, Hashable {
    /// So long after its registration; not negative.
    case after(Duration)
    /// At a point in time.
    case at(Timestamp)
    /// A text in another form that the sidecar may understand, such as ISO 8601 with months (`P1M`);
    /// also what a sidecar answers that is none of the above.
    case other(String)

    /// Reads a duration of Go (`1h30m`), of ISO 8601 (`P1DT12H`), or a point in time (RFC 3339).
    ///
    /// - Throws: `.invalidArgument` for anything else.
    public init(_ text: String) throws(DaprError) {
        self.init(answered: text)
        if case .other = self {
            throw DaprError(
                .invalidArgument, "'\(text)' is neither a duration nor a time", isUnprocessed: true)
        }
    }

    /// What a sidecar answered.
    init(answered text: String) {
        if let duration = DurationText.parse(text) {
            self = .after(duration)
        } else if let time = Timestamp(rfc3339: text) {
            self = .at(time)
        } else {
            self = .other(text)
        }
    }
}

extension ScheduleTime: CustomStringConvertible {
    /// The form that Dapr reads: `1h30m0s`, `2026-11-24T06:00:00Z`, or the text of another form.
    public var description: String {
        switch self {
        case .after(let duration) where duration < .zero: "-" + DurationText.go(.zero - duration)
        case .after(let duration): DurationText.go(duration)
        case .at(let time): time.description
        case .other(let text): text
        }
    }
}

/// How often a reminder or timer fires again.
public struct ActorPeriod: Sendable, Hashable {
    /// The time between two firings; more than zero.
    public var interval: Duration
    /// How often it fires in all; nil is without end.
    public var repetitions: Int?

    /// Every `interval`, at most `repetitions` times in all.
    public init(_ interval: Duration, repetitions: Int? = nil) {
        self.interval = interval
        self.repetitions = repetitions
    }

    /// Every `interval`.
    public static func every(_ interval: Duration) -> ActorPeriod { ActorPeriod(interval) }

    /// Reads a duration of Go (`1h30m`, also `@every 1h30m`) or of ISO 8601 with or without
    /// repetitions (`P1D`, `R5/PT10S`).
    ///
    /// - Throws: `.invalidArgument` for anything else, months and years among it: they have no fixed
    ///   length.
    public init(_ text: String) throws(DaprError) {
        var rest = text[...]
        var repetitions: Int?
        if rest.hasPrefix("@every ") {
            rest = rest.dropFirst(7)
        } else if rest.hasPrefix("R"), let slash = rest.firstIndex(of: "/") {
            repetitions = Int(rest[..<slash].dropFirst())
            let tail = rest[rest.index(after: slash)...]
            rest = repetitions == nil || !tail.hasPrefix("P") ? "" : tail
        }
        guard let interval = DurationText.parse(String(rest)) else {
            throw DaprError(
                .invalidArgument, "'\(text)' is no period: expected a form such as 10s or R5/PT10S",
                isUnprocessed: true)
        }
        self.init(interval, repetitions: repetitions)
    }
}

// MARK: - As sent

extension ScheduleTime {
    /// What both APIs take.
    ///
    /// - Throws: `.invalidArgument` for a negative duration.
    func text(of field: String) throws(DaprError) -> String {
        if case .after(let duration) = self, duration < .zero {
            throw DaprError(.invalidArgument, "the \(field) is negative", isUnprocessed: true)
        }
        return description
    }
}

extension ActorPeriod {
    /// What both APIs take: Go's form, and where repetitions are counted that of ISO 8601, which has
    /// whole seconds only.
    func text() throws(DaprError) -> String {
        guard interval > .zero, repetitions ?? 1 > 0 else {
            throw DaprError(
                .invalidArgument, "a period and its repetitions must be more than zero",
                isUnprocessed: true)
        }
        guard let repetitions else { return DurationText.go(interval) }
        let (seconds, attoseconds) = interval.components
        guard attoseconds == 0 else {
            throw DaprError(
                .invalidArgument, "a period with repetitions must be whole seconds",
                isUnprocessed: true)
        }
        return "R\(repetitions)/PT\(seconds)S"
    }
}
