import EventLoop

/// How many calls may be sent a second time: 20 % of all, and 10 a second besides, so that repeating
/// never becomes the load that keeps a sidecar down.
struct RetryBudget {
    // In thousandths of a permission.
    private static let cost = 1000
    private static let perCall = 200
    private static let perSecond = 10_000
    private static let limit = 100_000

    private var tokens = Self.perSecond
    private var lastRefill: MonotonicTime?

    /// A call is sent for the first time.
    mutating func addCall() {
        tokens = min(tokens + Self.perCall, Self.limit)
    }

    /// Takes the permission to repeat one call, if there is one left.
    mutating func take(now: MonotonicTime) -> Bool {
        if let lastRefill {
            let seconds = min((now - lastRefill) / .seconds(1), 3600)
            tokens = min(tokens + Int(max(seconds, 0) * Double(Self.perSecond)), Self.limit)
        }
        lastRefill = now
        guard tokens >= Self.cost else { return false }
        tokens -= Self.cost
        return true
    }
}
