import Glibc

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
