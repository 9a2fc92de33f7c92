import EventLoop
import Synchronization

@testable import DaprClient

/// Time that passes when a test says so.
final class VirtualTime: Sendable {
    private struct State {
        var now = MonotonicTime(nanoseconds: 1_000_000_000)
        var sleepers: [(due: MonotonicTime, CheckedContinuation<Void, Never>)] = []
        var watcher: (count: Int, CheckedContinuation<Void, Never>)?
        var sleeps = 0
    }

    private let state = Mutex(State())

    /// What somebody who waits is given.
    var timekeeper: Timekeeper {
        .init(
            now: { self.state.withLock(\.now) }, sleep: { await self.sleep($0) },
            jitter: { 0.5 })
    }

    // Sleepers that were cancelled sleep on until their time; then nobody listens to them.
    private func sleep(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            let watcher = state.withLock { state -> CheckedContinuation<Void, Never>? in
                state.sleepers.append((state.now + duration, continuation))
                state.sleeps += 1
                guard let watcher = state.watcher, watcher.count <= state.sleeps else {
                    return nil
                }
                state.watcher = nil
                return watcher.1
            }
            watcher?.resume()
        }
    }

    /// Waits until somebody went to sleep for that manieth time.
    func waitForSleep(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.sleeps >= count { return true }
                state.watcher = (count, continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// How long until the first sleeper is due.
    var nextPause: Duration? {
        state.withLock { state in state.sleepers.map(\.due).min().map { $0 - state.now } }
    }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now + duration
            let due = state.sleepers.filter { $0.due <= state.now }
            state.sleepers.removeAll { $0.due <= state.now }
            return due
        }
        for sleeper in due { sleeper.1.resume() }
    }
}
