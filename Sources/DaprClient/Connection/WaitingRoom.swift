import EventLoop

/// The calls that wait for a sidecar that cannot be reached, because they were told to, and when it is
/// to be tried again.
///
/// Belongs to the loop's thread.
final class WaitingRoom {
    private static let firstPause: Duration = .milliseconds(100)
    private static let longestPause: Duration = .seconds(1)

    private let loop: EventLoop
    private let retry: (Exchange) -> Void
    private var exchanges: [Exchange] = []
    private var pause = firstPause
    private var timer: LoopTimer?

    /// - Parameter retry: tries to find a connection for a call, although the last dial failed.
    init(on loop: EventLoop, retry: @escaping (Exchange) -> Void) {
        self.loop = loop
        self.retry = retry
    }

    /// Keeps a call until the next attempt.
    func add(_ exchange: Exchange) {
        exchanges.append(exchange)
        guard timer == nil else { return }
        timer = loop.schedule(after: pause) { [weak self] in self?.retryAll() }
        pause = min(pause * 2, Self.longestPause)
    }

    /// The call is over.
    func remove(_ exchange: Exchange) {
        exchanges.removeAll { $0 === exchange }
        if exchanges.isEmpty { stopTimer() }
    }

    /// The sidecar is there.
    func open() {
        pause = Self.firstPause
        retryAll()
    }

    /// Lets everybody out for good.
    func close() -> [Exchange] {
        stopTimer()
        return exchange(&exchanges, with: [])
    }

    private func retryAll() {
        stopTimer()
        for exchange in exchange(&exchanges, with: []) { retry(exchange) }
    }

    private func stopTimer() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }
}
