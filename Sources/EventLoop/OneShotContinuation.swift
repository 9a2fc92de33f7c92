/// A suspended task that goes on when it is given its result.
///
/// That this happens once is a matter of types, not of a check at run time as with
/// `CheckedContinuation`: resuming consumes the value, and one that is dropped traps.
@safe public struct OneShotContinuation<Result: Sendable>: ~Copyable, Sendable {
    // Sound: this is the only copy, and both ways to its end are in this file.
    private let continuation: UnsafeContinuation<Result, Never>

    fileprivate init(_ continuation: UnsafeContinuation<Result, Never>) {
        unsafe self.continuation = continuation
    }

    deinit {
        Self.trap()
    }

    private static func trap() {
        preconditionFailure("a suspended task was forgotten")
    }

    /// Lets the task go on.
    public consuming func resume(returning result: sending Result) {
        let continuation = unsafe continuation
        discard self
        unsafe continuation.resume(returning: result)
    }
}

/// Suspends the current task until its continuation is resumed.
///
/// - Parameter body: stores the continuation, or resumes it at once.
/// - Returns: what it is resumed with.
public func suspend<Result: Sendable>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (consuming OneShotContinuation<Result>) -> Void
) async -> Result {
    await unsafe withUnsafeContinuation { body(unsafe OneShotContinuation($0)) }
}
