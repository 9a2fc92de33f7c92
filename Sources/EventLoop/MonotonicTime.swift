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
        // What `.nanoseconds` does, which is a call into the runtime.
        Duration(attoseconds: Int128(left.nanoseconds - right.nanoseconds) * 1_000_000_000)
    }
}

extension Duration {
    /// This duration in whole nanoseconds, clamped to what 64 bits hold (292 years).
    public var nanosecondsClamped: Int64 {
        // Up to 18 s, as nearly all are, no division of 128 bits is needed.
        if let short = UInt64(exactly: self.attoseconds) { return Int64(short / 1_000_000_000) }
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !whole.overflow, !sum.overflow else { return seconds < 0 ? .min : .max }
        return sum.partialValue
    }
}
