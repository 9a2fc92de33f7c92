import EventLoop

/// The deadlines of the calls of one pool, behind one timer.
///
/// Nearly all calls are over long before theirs, and mostly have the same timeout: so the timer is
/// set for the earliest that is known and left there, and a call that ends costs nothing.
///
/// Belongs to the loop's thread.
final class Deadlines {
    private let loop: EventLoop
    private var exchanges: [Exchange] = []
    private var timer: LoopTimer?
    private var due = MonotonicTime(nanoseconds: .max)

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Forgets the timer, when there will be no more calls.
    func stop() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    /// Watches an exchange until `remove`.
    func add(_ exchange: Exchange) {
        exchange.deadlineSlot = exchanges.count
        exchanges.append(exchange)
        if exchange.deadline < due { wake(at: exchange.deadline) }
    }

    func remove(_ exchange: Exchange) {
        guard let slot = exchange.deadlineSlot.take() else { return }
        guard let last = exchanges.popLast(), slot < exchanges.count else { return }
        exchanges[slot] = last
        last.deadlineSlot = slot
    }

    private func wake(at deadline: MonotonicTime) {
        if let timer { loop.cancel(timer) }
        due = deadline
        timer = loop.schedule(after: deadline - loop.now) { [weak self] in self?.fire() }
    }

    private func fire() {
        timer = nil
        due = MonotonicTime(nanoseconds: .max)
        let now = loop.now
        for exchange in exchanges.filter({ $0.deadline <= now }) { exchange.timeIsUp() }
        if let next = exchanges.lazy.map(\.deadline).min(), next < due { wake(at: next) }
    }
}
