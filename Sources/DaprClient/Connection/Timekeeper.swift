import EventLoop

/// How time passes for what waits in tasks; a test has its own.
struct Timekeeper: Sendable {
    var now: @Sendable () -> MonotonicTime = { SystemClock().now() }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// From 0 to 1, spreads what several clients do.
    var jitter: @Sendable () -> Double = { .random(in: 0..<1) }
}
