import Testing

@testable import GatewayRoutes

@Suite("The queue behind a pull subscription")
struct PullQueueTests {
    private static let start = ContinuousClock.now

    /// A point in the queue's time.
    private func at(_ seconds: Double) -> ContinuousClock.Instant {
        Self.start + .seconds(seconds)
    }

    private func queue(_ limits: PullQueue.Limits = .init(), consumers: ClosedRange<Int> = 1...3)
        -> PullQueue
    {
        var queue = PullQueue(limits, now: Self.start)
        for consumer in consumers { queue.enter(consumer, now: Self.start) }
        return queue
    }

    private func terms(_ max: Int = 10, ack: Double = 30) -> PullQueue.Terms {
        PullQueue.Terms(max: max, ack: .seconds(ack))
    }

    private func handout(_ consumer: Int, _ messages: [Int], attempt: Int = 1) -> PullQueue.Handout
    {
        PullQueue.Handout(
            consumer: consumer,
            deliveries: messages.map { .init(message: $0, attempt: attempt) })
    }

    @Test("messages come in order, no more than were asked for, each to one consumer")
    func order() {
        var queue = queue()
        for _ in 0..<3 { #expect(queue.receive(size: 1, now: at(0)).1.isEmpty) }
        #expect(queue.poll(1, terms(2), until: at(10), now: at(0)) == [handout(1, [1, 2])])
        #expect(queue.poll(2, terms(2), until: at(10), now: at(0)) == [handout(2, [3])])
        #expect(queue.poll(3, terms(2), until: at(10), now: at(0)).isEmpty)
    }

    @Test("those who wait are served in the order in which they came, or get nothing in the end")
    func waiting() {
        var queue = queue()
        #expect(queue.poll(1, terms(1), until: at(10), now: at(0)).isEmpty)
        #expect(queue.poll(2, terms(1), until: at(5), now: at(0)).isEmpty)
        #expect(queue.due == at(5))
        #expect(queue.receive(size: 1, now: at(1)).1 == [handout(1, [1])])
        #expect(queue.woke(now: at(4.9)).isEmpty)
        #expect(queue.woke(now: at(5)) == [handout(2, [])])
        #expect(queue.receive(size: 1, now: at(6)).1.isEmpty)
    }

    @Test("a poll that does not wait ends at once")
    func noWait() {
        var queue = queue()
        #expect(queue.poll(1, terms(), until: at(0), now: at(0)) == [handout(1, [])])
        _ = queue.receive(size: 1, now: at(0))
        #expect(queue.poll(1, terms(), until: at(0), now: at(0)) == [handout(1, [1])])
    }

    @Test("what is not answered in time is offered again, the oldest first")
    func redelivery() {
        var queue = queue()
        for _ in 0..<2 { _ = queue.receive(size: 1, now: at(0)) }
        #expect(queue.poll(1, terms(2, ack: 7), until: at(0), now: at(0)) == [handout(1, [1, 2])])
        _ = queue.receive(size: 1, now: at(1))
        #expect(queue.due == at(7))
        #expect(queue.woke(now: at(6.9)).isEmpty)
        #expect(queue.woke(now: at(7)).isEmpty)
        #expect(
            queue.poll(2, terms(), until: at(7), now: at(7))
                == [
                    PullQueue.Handout(
                        consumer: 2,
                        deliveries: [
                            .init(message: 1, attempt: 2), .init(message: 2, attempt: 2),
                            .init(message: 3, attempt: 1),
                        ])
                ])
    }

    @Test("an answer after the deadline counts as long as the message is held")
    func lateAnswer() {
        var queue = queue()
        _ = queue.receive(size: 1, now: at(0))
        _ = queue.poll(1, terms(ack: 1), until: at(0), now: at(0))
        _ = queue.woke(now: at(1))
        #expect(queue.remove(1, now: at(1)).wasHeld)
        #expect(!queue.remove(1, now: at(1)).wasHeld)
        #expect(queue.poll(2, terms(), until: at(2), now: at(2)) == [handout(2, [])])
    }

    @Test("what is given back is offered at once, to whoever waits")
    func giveBack() {
        var queue = queue()
        for _ in 0..<2 { _ = queue.receive(size: 1, now: at(0)) }
        _ = queue.poll(1, terms(), until: at(0), now: at(0))
        #expect(queue.poll(2, terms(1), until: at(9), now: at(0)).isEmpty)
        let (wasHeld, handouts) = queue.giveBack(2, now: at(1))
        #expect(wasHeld)
        #expect(handouts == [handout(2, [2], attempt: 2)])
        #expect(!queue.giveBack(17, now: at(1)).wasHeld)
    }

    @Test("a consumer that hangs up gives back what it has, one that is done keeps it")
    func leaving() {
        var queue = queue()
        for _ in 0..<3 { _ = queue.receive(size: 1, now: at(0)) }
        _ = queue.poll(1, terms(2), until: at(0), now: at(0))
        _ = queue.poll(2, terms(1), until: at(0), now: at(0))
        #expect(queue.leave(2, givesBack: false, now: at(1)).isEmpty)
        #expect(queue.poll(3, terms(), until: at(9), now: at(1)).isEmpty)
        #expect(
            queue.leave(1, givesBack: true, now: at(2)) == [handout(3, [1, 2], attempt: 2)])
    }

    @Test("a consumer gets no more than it may have unanswered at a time")
    func window() {
        var queue = queue()
        for _ in 0..<3 { _ = queue.receive(size: 1, now: at(0)) }
        #expect(queue.poll(1, terms(2), until: at(99), now: at(0)) == [handout(1, [1, 2])])
        #expect(queue.poll(1, terms(2), until: at(99), now: at(0)).isEmpty)
        #expect(queue.remove(1, now: at(1)).1 == [handout(1, [3])])
    }

    @Test("no more is taken than there is room for, in messages and in bytes")
    func room() {
        var limits = PullQueue.Limits()
        limits.messages = 2
        limits.bytes = 100
        var queue = queue(limits)
        #expect(queue.hasRoom)
        _ = queue.receive(size: 99, now: at(0))
        #expect(queue.hasRoom)
        _ = queue.receive(size: 1, now: at(0))
        #expect(!queue.hasRoom)
        _ = queue.remove(2, now: at(0))
        #expect(queue.hasRoom)
        _ = queue.receive(size: 200, now: at(0))
        #expect(!queue.hasRoom)
        queue.forgetMessages()
        #expect(queue.hasRoom)
    }

    @Test("it is over some time after the last poll, unless somebody has a message")
    func idle() {
        var queue = queue(consumers: 1...2)
        #expect(queue.due == nil)
        _ = queue.receive(size: 1, now: at(0))
        _ = queue.poll(1, terms(ack: 90), until: at(0), now: at(0))
        _ = queue.leave(1, givesBack: false, now: at(0))
        #expect(!queue.isOver(now: at(80)))
        _ = queue.leave(2, givesBack: false, now: at(10))
        #expect(queue.due == at(70))
        #expect(!queue.isOver(now: at(70)), "message 1 may still be answered")
        _ = queue.woke(now: at(90))
        #expect(queue.isOver(now: at(90)))
        queue.enter(3, now: at(91))
        #expect(!queue.isOver(now: at(200)))
    }

    @Test("whatever happens, no message is lost, and none has two consumers", arguments: 0..<20)
    func anything(seed: Int) {
        var random = Scrambler(state: UInt64(seed) + 1)
        var queue = queue(consumers: 1...4)
        var leases: [Int: (consumer: Int, until: Double)] = [:]
        var held: Set<Int> = []
        var polling: Set<Int> = []
        var now = 0.0

        func take(_ handouts: [PullQueue.Handout]) {
            for handout in handouts {
                #expect(polling.remove(handout.consumer) != nil)
                for delivery in handout.deliveries {
                    #expect(held.contains(delivery.message))
                    if let lease = leases[delivery.message] { #expect(lease.until <= now) }
                    leases[delivery.message] = (handout.consumer, now + 5)
                }
            }
        }

        for _ in 0..<400 {
            now += Double.random(in: 0..<1, using: &random)
            take(queue.woke(now: at(now)))
            let consumer = Int.random(in: 1...4, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                let (message, handouts) = queue.receive(size: 1, now: at(now))
                held.insert(message)
                take(handouts)
            case 1 where !polling.contains(consumer):
                polling.insert(consumer)
                take(queue.poll(consumer, terms(3, ack: 5), until: at(now + 2), now: at(now)))
            case 2:
                guard let message = leases.keys.sorted().first else { continue }
                leases[message] = nil
                held.remove(message)
                let (wasHeld, handouts) = queue.remove(message, now: at(now))
                #expect(wasHeld)
                take(handouts)
            case 3:
                guard let message = leases.keys.sorted().last else { continue }
                leases[message] = nil
                take(queue.giveBack(message, now: at(now)).1)
            default:
                polling.remove(consumer)
                for (message, lease) in leases where lease.consumer == consumer {
                    leases[message] = nil
                }
                take(queue.leave(consumer, givesBack: true, now: at(now)))
                queue.enter(consumer, now: at(now))
            }
        }
        // In the end everything that was not answered is there.
        for consumer in 1...4 {
            polling.remove(consumer)
            leases = leases.filter { $0.value.consumer != consumer }
            take(queue.leave(consumer, givesBack: true, now: at(now)))
        }
        now += 100
        take(queue.woke(now: at(now)))
        queue.enter(9, now: at(now))
        polling.insert(9)
        let last = queue.poll(9, terms(1000), until: at(now), now: at(now))
        #expect(Set(last.flatMap(\.deliveries).map(\.message)) == held)
    }
}

/// Random numbers that are the same each time (SplitMix64).
private struct Scrambler: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
