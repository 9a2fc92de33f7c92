import Glibc

/// A point on a clock that never goes back, in nanoseconds from an arbitrary start.
public struct MonotonicTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since the clock's start.
    public var nanoseconds: Int64

    /// The point that lies `nanoseconds` after the clock's start.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Orders by time.
    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The point `duration` later; saturates instead of overflowing.
    public static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        let added = duration.nanosecondsClamped
        let sum = time.nanoseconds.addingReportingOverflow(added)
        guard sum.overflow else { return MonotonicTime(nanoseconds: sum.partialValue) }
        return MonotonicTime(nanoseconds: added < 0 ? .min : .max)
    }

    /// The time from `right` to `left`.
    public static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}

extension Duration {
    /// This duration in whole nanoseconds, clamped to what 64 bits hold (292 years).
    public var nanosecondsClamped: Int64 {
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !whole.overflow, !sum.overflow else { return seconds < 0 ? .min : .max }
        return sum.partialValue
    }
}

/// Where a loop reads the time: the system's clock, or a test's.
public protocol LoopClock: Sendable {
    /// The current time.
    func now() -> MonotonicTime
    /// Whether time passes while a thread sleeps. If not, a loop never sleeps until a timer is due:
    /// it waits for descriptors and other threads, and whoever moves the clock then wakes it.
    var movesByItself: Bool { get }
}

extension LoopClock {
    /// True, as for every real clock.
    public var movesByItself: Bool { true }
}

/// `CLOCK_MONOTONIC`.
public struct SystemClock: LoopClock {
    /// The clock of the machine.
    public init() {}

    /// The current time.
    public func now() -> MonotonicTime {
        var time = timespec()
        // Cannot fail: the clock exists on every Linux and the pointer is to a local value.
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(
            nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
