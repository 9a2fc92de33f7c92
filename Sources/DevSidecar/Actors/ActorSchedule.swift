import EventLoop
import JSON

/// A reminder or timer: when it fires, and what the actor is then given.
///
/// Belongs to the loop's thread.
final class ActorSchedule {
    enum Kind {
        case reminder
        /// With the method that handles it.
        case timer(callback: String)
    }

    let actor: ActorKey
    let name: String
    let kind: Kind
    /// As it was registered.
    let dueTime: String
    let period: ScheduleTime.Period?
    /// As it was registered.
    let periodText: String
    /// When it ends, in nanoseconds since 1970.
    let end: Int64?
    /// JSON.
    let data: JSONValue?
    /// How often it is tried again after a failure, and how long after; nil is without end.
    let retry: (interval: Duration, count: Int?)

    /// How long until it fires first.
    let firstDelay: Duration
    private(set) var firings = 0
    var timer: LoopTimer?
    var task: Task<Void, Never>?

    /// What a registration says.
    struct Registration {
        var actor: ActorKey
        var name: String
        var kind: Kind
        var dueTime = ""
        var period = ""
        var ttl = ""
        var data: JSONValue?
        var retry: (interval: Duration, count: Int?) = (.seconds(1), 3)
    }

    /// - Throws: what is wrong with the times, in the sidecar's words.
    init(_ registration: Registration, clock: WallClock) throws(ActorScheduleFault) {
        actor = registration.actor
        name = registration.name
        kind = registration.kind
        dueTime = registration.dueTime
        periodText = registration.period
        data = registration.data
        retry = registration.retry
        let now = clock.nanoseconds
        let isReminder = if case .reminder = registration.kind { true } else { false }
        if registration.period.isEmpty {
            period = nil
        } else {
            guard
                let period = ScheduleTime.period(registration.period, allowsDays: !isReminder)
            else { throw ActorScheduleFault("unsupported period format: \(registration.period)") }
            self.period = period
        }
        if registration.dueTime.isEmpty {
            guard period != nil || !isReminder else {
                throw ActorScheduleFault("a reminder needs a due time or a period")
            }
            // The scheduler begins with a period, a timer at once.
            firstDelay = isReminder ? period?.interval ?? .zero : .zero
        } else {
            guard let delay = ScheduleTime.delay(registration.dueTime, now: now) else {
                throw ActorScheduleFault("unsupported due time format: \(registration.dueTime)")
            }
            firstDelay = delay
        }
        if registration.ttl.isEmpty {
            end = nil
        } else {
            guard let delay = ScheduleTime.delay(registration.ttl, now: now), delay > .zero else {
                throw ActorScheduleFault("unsupported or past time to live: \(registration.ttl)")
            }
            end =
                MonotonicTime(nanoseconds: now) + delay == MonotonicTime(nanoseconds: .max)
                ? nil : now + delay.nanosecondsClamped
        }
    }

    /// Counts a firing, and says when the next one is due; nil when it was the last.
    func fired(now: Int64) -> Duration? {
        firings += 1
        guard let period, firings < period.repetitions ?? .max else { return nil }
        guard let end else { return period.interval }
        return now + period.interval.nanosecondsClamped < end ? period.interval : nil
    }

    /// Ends it.
    func cancel(on loop: EventLoop) {
        if let timer { loop.cancel(timer) }
        timer = nil
        task?.cancel()
        task = nil
    }

    /// What is sent to the actor's host: the last segments of the path, and the content.
    var call: (method: [String], body: [UInt8]) {
        var writer = JSONWriter(options: .go)
        writer.beginObject()
        if case .timer(let callback) = kind { writer.member("callback", callback) }
        writer.key("data")
        writer.value(data ?? .null)
        writer.member("dueTime", dueTime)
        writer.member("period", periodText)
        writer.endObject()
        let prefix = if case .reminder = kind { "remind" } else { "timer" }
        return ([prefix, name], writer.bytes)
    }
}

/// What is wrong with a registration.
struct ActorScheduleFault: Error {
    var text: String

    init(_ text: String) {
        self.text = text
    }
}
