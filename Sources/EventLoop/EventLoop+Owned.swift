import CLinux

// What callers on the loop's own thread use: watches, timers, end of turn.
extension EventLoop {
    /// Watches a descriptor until the watch is cancelled.
    ///
    /// - Parameters:
    ///   - descriptor: an open descriptor that is not yet watched by this loop.
    ///   - interest: what to watch for, level-triggered.
    ///   - handler: called on the loop with what happened.
    /// - Returns: the watch, to change or cancel it.
    public func watch(
        _ descriptor: CInt, for interest: Readiness, handler: @escaping (Readiness) -> Void
    ) throws(SystemError) -> Watch {
        let watch = withOwned { owned in
            owned.generation = owned.generation == .max - 1 ? 0 : owned.generation + 1
            let watch = Watch(
                descriptor: descriptor, generation: owned.generation, handler: handler)
            while owned.watches.count <= Int(descriptor) { owned.watches.append(nil) }
            precondition(
                owned.watches[Int(descriptor)] == nil, "a descriptor is watched once per loop")
            owned.watches[Int(descriptor)] = watch
            return watch
        }
        let result = clinux_epoll_add(
            epollDescriptor, descriptor, interest.rawValue, watch.cookie)
        if result < 0 {
            withOwned { $0.watches[Int(descriptor)] = nil }
            throw SystemError(function: "epoll_ctl", errno: -result)
        }
        return watch
    }

    /// Changes what a watch waits for.
    ///
    /// - Parameters:
    ///   - watch: a watch of this loop that was not cancelled.
    ///   - interest: what to watch for from now on.
    public func change(_ watch: Watch, to interest: Readiness) {
        guard isWatching(watch) else { return }
        let result = clinux_epoll_modify(
            epollDescriptor, watch.descriptor, interest.rawValue, watch.cookie)
        precondition(result == 0, "a watched descriptor was closed before its watch was cancelled")
    }

    /// Ends a watch; its handler is not called again. Cancelling twice is harmless.
    ///
    /// - Parameter watch: a watch of this loop, whose descriptor is still open.
    public func cancel(_ watch: Watch) {
        guard isWatching(watch) else { return }
        withOwned { $0.watches[Int(watch.descriptor)] = nil }
        _ = clinux_epoll_remove(epollDescriptor, watch.descriptor)
    }

    private func isWatching(_ watch: Watch) -> Bool {
        withOwned { $0.watches[Int(watch.descriptor)] === watch }
    }

    /// Calls `action` on the loop once, after a time.
    ///
    /// - Parameters:
    ///   - delay: how long to wait; zero or less means the next turn.
    ///   - action: what to do.
    /// - Returns: the timer, to cancel it.
    @discardableResult
    public func schedule(after delay: Duration, _ action: @escaping () -> Void) -> LoopTimer {
        // Not in the past: there it would overtake older timers that are due.
        let deadline = now + max(delay, .zero)
        return withOwned { $0.timers.insert(at: deadline, action: action) }
    }

    /// Cancels a timer; one that fired or was cancelled is left alone.
    public func cancel(_ timer: LoopTimer) {
        // Returned, so that the action is released outside: a deinit may come back to the loop.
        _ = withOwned { $0.timers.remove(timer) }
    }

    /// Calls `participant.turnEnds()` once at the end of this turn (or of the next, outside of one).
    ///
    /// The participant keeps track of whether it asked already: it is called once per call of this.
    public func callAtEndOfTurn(_ participant: any TurnParticipant) {
        withOwned { $0.participants.append(participant) }
    }

    /// How many timers wait; for tests that look for leaks.
    public var timerCount: Int { withOwned { $0.timers.count } }

    /// How many descriptors are watched; for tests that look for leaks.
    public var watchCount: Int { withOwned { owned in owned.watches.count { $0 != nil } } }
}
