import EventLoop

/// Carries a value that belongs to a loop's thread through code that may run elsewhere.
///
/// Sound as Sendable: the value is given out on the loop's thread only, which is checked.
final class LoopBound<Value>: @unchecked Sendable {
    private let loop: EventLoop
    private let content: Value

    init(_ content: Value, on loop: EventLoop) {
        self.loop = loop
        self.content = content
    }

    /// The value; traps off the loop's thread.
    var value: Value {
        precondition(loop.isCurrent, "a value was used off its loop's thread")
        return content
    }
}
