public import EventLoop
import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: LoopClock {
    private let nanoseconds = Atomic<Int64>(1_000_000_000)

    /// A clock that stands at one second.
    public init() {}

    /// Where the clock stands.
    public func now() -> MonotonicTime {
        MonotonicTime(nanoseconds: nanoseconds.load(ordering: .acquiring))
    }

    /// A loop must not sleep until a timer is due: nothing moves this clock meanwhile.
    public var movesByItself: Bool { false }

    /// Moves the clock on; the loop looks at it in its next turn.
    public func advance(by duration: Duration) {
        nanoseconds.add(duration.nanosecondsClamped, ordering: .acquiringAndReleasing)
    }
}
