import DequeModule

/// The way of events to the app that subscribed: one at a time, as with daprd's broker in memory,
/// and who publishes the next waits until it is the turn of theirs.
final class AppDelivery {
    let subscription: Subscription
    /// What is called when an event has been handed over.
    typealias Work = (_ done: @escaping () -> Void) -> Void
    private var isBusy = false
    private var waiting: Deque<(handover: Handover, work: Work)> = []
    private static let mostWaiting = 1000

    init(_ subscription: Subscription) {
        self.subscription = subscription
    }

    /// Does the work at once, or when what came before is done.
    func offer(_ handover: Handover, _ work: @escaping Work) {
        guard isBusy else { return run(work) }
        // Those who published and gave up leave their events here, but not without end.
        guard waiting.count < Self.mostWaiting else { return }
        handover.begin()
        waiting.append((handover, work))
    }

    private func run(_ work: Work) {
        isBusy = true
        work { [weak self] in
            guard let self else { return }
            isBusy = false
            guard let (handover, next) = waiting.popFirst() else { return }
            run(next)
            handover.end()
        }
    }

    /// Nothing is handed over any more.
    func stop() {
        isBusy = true
        while let (handover, _) = waiting.popFirst() { handover.end() }
    }
}
