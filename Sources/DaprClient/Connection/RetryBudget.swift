import EventLoop

/// How many calls may be sent a second time: 20 % of all, and 10 a second besides, so that repeating
/// never becomes the load that keeps a sidecar down.
struct RetryBudget {
    /// What one call adds.
    private static let perCall = 0.2
    private static let perSecond = 10.0
    /// What can be saved up.
    private static let limit = 100.0

    private var tokens = Self.perSecond
    private var lastRefill: MonotonicTime?

    /// A call is sent for the first time.
    mutating func addCall() {
        tokens = min(tokens + Self.perCall, Self.limit)
    }

    /// Takes the permission to repeat one call, if there is one left.
    mutating func take(now: MonotonicTime) -> Bool {
        if let lastRefill {
            let seconds = Double((now - lastRefill).nanosecondsClamped) / 1e9
            tokens = min(tokens + max(seconds, 0) * Self.perSecond, Self.limit)
        }
        lastRefill = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
