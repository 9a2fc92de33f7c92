import DequeModule
import EventLoop

/// Makes calls slower or fewer at a time, for tests and benchmarks.
final class Gate {
    private let loop: EventLoop
    private let latency: Duration
    private let limit: Int
    private var active = 0
    private var waiting: Deque<(@escaping () -> Void) -> Void> = []

    /// A gate, if the configuration asks for one.
    init?(configuration: SidecarConfiguration, loop: EventLoop) {
        guard configuration.latency > .zero || configuration.maxConcurrency != nil else {
            return nil
        }
        self.loop = loop
        latency = configuration.latency
        limit = configuration.maxConcurrency ?? .max
    }

    /// Calls `work` when it is its turn, after the latency.
    ///
    /// - Parameter work: calls what it is given when it is done.
    func enter(_ work: @escaping (@escaping () -> Void) -> Void) {
        guard active < limit else { return waiting.append(work) }
        active += 1
        start(work)
    }

    private func start(_ work: @escaping (@escaping () -> Void) -> Void) {
        guard latency > .zero else { return work { [self] in leave() } }
        loop.schedule(after: latency) { [self] in work { [self] in leave() } }
    }

    private func leave() {
        if let next = waiting.popFirst() { start(next) } else { active -= 1 }
    }
}
