public import EventLoop
import Synchronization

/// What a test waited for in vain.
public struct TimedOut: Error, CustomStringConvertible {
    /// What should have happened.
    public let description: String

    /// Says what should have happened.
    public init(description: String) {
        self.description = description
    }
}

extension EventLoop {
    /// Runs the loop on the calling thread until something holds.
    ///
    /// - Throws: `TimedOut` after twenty seconds, which means that it never will.
    public func wait(for what: String, until condition: () throws -> Bool) throws {
        var isLate = false
        var failure: (any Error)?
        let timer = schedule(after: .seconds(20)) { isLate = true }
        run {
            do {
                return try isLate || condition()
            } catch {
                failure = error
                return true
            }
        }
        cancel(timer)
        if let failure { throw failure }
        if isLate { throw TimedOut(description: what) }
    }

    /// Runs the loop on the calling thread for a moment, between two looks at something elsewhere.
    public func pause() {
        var isOver = false
        schedule(after: .milliseconds(5)) { isOver = true }
        run { isOver }
    }

    /// Runs the loop on the calling thread until an operation is done, which may have its home on
    /// other threads.
    public func result<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let task = Begun(on: self, operation)
        try wait(for: "the result of a task") { task.isDone }
        return try task.result()
    }
}

/// An operation that runs while the test does something else.
public final class Begun<Value: Sendable>: Sendable {
    private let outcome = Mutex<Result<Value, any Error>?>(nil)

    /// Begins it.
    public init(on loop: EventLoop, _ operation: @escaping @Sendable () async throws -> Value) {
        Task(executorPreference: loop) {
            let result: Result<Value, any Error>
            do {
                result = .success(try await operation())
            } catch {
                result = .failure(error)
            }
            self.outcome.withLock { $0 = result }
        }
    }

    /// Whether it came to its end.
    public var isDone: Bool { outcome.withLock { $0 != nil } }

    /// What came of it.
    public func result() throws -> Value {
        guard let result = outcome.withLock({ $0 }) else {
            throw TimedOut(description: "the task is not done")
        }
        return try result.get()
    }
}
