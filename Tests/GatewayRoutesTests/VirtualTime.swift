import Synchronization

@testable import GatewayRoutes

/// Time that passes when a test says so.
final class VirtualTime: Sendable {
    private struct State {
        var now = ContinuousClock.now
        var sleepers: [(due: ContinuousClock.Instant, CheckedContinuation<Void, Never>)] = []
        var watchers: [(due: ContinuousClock.Instant, CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// What somebody who waits is given.
    var time: StreamTime {
        StreamTime(
            now: { self.state.withLock(\.now) }, sleep: { await self.sleep($0) }, jitter: { 0.5 })
    }

    // Sleepers that were cancelled sleep on until their time; then nobody listens to them.
    private func sleep(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            let watchers = state.withLock { state in
                let due = state.now + duration
                state.sleepers.append((due, continuation))
                let told = state.watchers.filter { $0.due >= due }
                state.watchers.removeAll { $0.due >= due }
                return told
            }
            for watcher in watchers { watcher.1.resume() }
        }
    }

    /// Waits until somebody sleeps whom that much time would wake.
    func sleeper(within duration: Duration) async {
        await withCheckedContinuation { continuation in
            let isAsleep = state.withLock { state in
                let end = state.now + duration
                if state.sleepers.contains(where: { $0.due <= end }) { return true }
                state.watchers.append((end, continuation))
                return false
            }
            if isAsleep { continuation.resume() }
        }
    }

    /// Waits for such a sleeper, then lets that much time pass.
    func pass(_ duration: Duration) async {
        await sleeper(within: duration)
        advance(by: duration)
    }

    /// Lets time pass, whoever sleeps.
    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let now = state.now
            let due = state.sleepers.filter { $0.due <= now }
            state.sleepers.removeAll { $0.due <= now }
            return due
        }
        for sleeper in due { sleeper.1.resume() }
    }
}
