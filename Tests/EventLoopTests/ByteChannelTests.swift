import EventLoop
import TestSupport
import Testing

@Suite struct ByteChannelTests {
    struct Broken: Error {}

    let loop: EventLoop
    let channel: ByteChannel

    init() throws {
        loop = try EventLoop(clock: ManualClock())
        channel = ByteChannel(loop: loop, capacity: 10)
    }

    /// What the producer does and hears; all on the loop.
    private func onChannel(_ body: @escaping @Sendable (isolated ByteChannel) -> Void) {
        let channel = self.channel
        loop.inTurn { channel.assumeIsolated { body($0) } }
    }

    /// Reads until the end, or one chunk only.
    private func reader(count: Int = .max) -> Task<[[UInt8]], any Error> {
        let channel = self.channel
        return Task(executorPreference: loop) {
            var chunks: [[UInt8]] = []
            while chunks.count < count, let chunk = try await channel.next() {
                chunks.append(chunk)
            }
            return chunks
        }
    }

    private func pump() {
        for _ in 0..<8 { loop.runOnce() }
    }

    @Test("chunks arrive in order, whether the consumer waits or comes later")
    func order() async throws {
        onChannel { $0.offer([1], expecting: true) }
        let task = reader()
        pump()
        onChannel { $0.offer([2], expecting: true) }
        pump()
        onChannel {
            $0.offer([3], expecting: true)
            $0.offer([], expecting: true)
            $0.offer([4, 5], expecting: true)
            $0.finish()
            $0.finish(throwing: Broken())
        }
        pump()
        #expect(try await task.value == [[1], [2], [3], [4, 5]])
    }

    @Test("a full channel pauses the producer and calls it when half of it is empty")
    func backPressure() async throws {
        let (resumed, taken) = (Box(0), Box(0))
        onChannel {
            $0.setProducer(taken: { taken.value += $0 }, resume: { resumed.value += 1 })
            $0.offer([UInt8](repeating: 1, count: 6), expecting: true)
            $0.offer([UInt8](repeating: 2, count: 4), expecting: false)
            $0.offer([UInt8](repeating: 3, count: 4), expecting: false)
        }
        for (takenAfter, resumedAfter) in [(6, 0), (10, 1), (14, 1)] {
            let task = reader(count: 1)
            pump()
            _ = try await task.value
            #expect(taken.value == takenAfter)
            #expect(resumed.value == resumedAfter)
        }
    }

    @Test("an error is thrown once, after the chunks", arguments: [true, false])
    func failure(consumerWaits: Bool) async throws {
        if !consumerWaits {
            onChannel { channel in
                channel.offer([1], expecting: true)
                channel.finish(throwing: Broken())
            }
        }
        let task = reader()
        pump()
        if consumerWaits { onChannel { $0.finish(throwing: Broken()) } }
        pump()
        await #expect(throws: Broken.self) { try await task.value }
        let again = reader()
        pump()
        #expect(try await again.value == [])
    }

    @Test("cancelling a waiting consumer abandons the channel and tells the producer")
    func cancelled() async throws {
        let abandoned = Box(0)
        onChannel { $0.setProducer(abandon: { abandoned.value += 1 }) }
        let task = reader()
        pump()
        task.cancel()
        pump()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(abandoned.value == 1)
        onChannel { $0.offer([1], expecting: true) }
        let again = reader()
        pump()
        await #expect(throws: CancellationError.self) { try await again.value }
        #expect(abandoned.value == 1)
    }

    @Test("a consumer that is cancelled before it begins does not wait")
    func cancelledFirst() async throws {
        let abandoned = Box(0)
        onChannel { $0.setProducer(abandon: { abandoned.value += 1 }) }
        let task = reader()
        task.cancel()
        pump()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(abandoned.value == 1)
    }

    @Test(
        "abandoning reports the bytes that are dropped, finished or not", arguments: [true, false])
    func abandonedBytes(isFinished: Bool) async throws {
        let (taken, abandoned) = (Box(0), Box(0))
        onChannel { channel in
            channel.setProducer(
                taken: { taken.value += $0 }, abandon: { abandoned.value += 1 })
            channel.offer([1, 2, 3], expecting: true)
            channel.offer([4], expecting: true)
            if isFinished { channel.finish() }
            channel.abandon()
            channel.abandon()
            channel.offer([5], expecting: true)
        }
        #expect(taken.value == 4)
        #expect(abandoned.value == (isFinished ? 0 : 1))
        let task = reader()
        pump()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("abandoning a channel that was read to its end changes nothing")
    func abandonedAtEnd() async throws {
        onChannel {
            $0.finish()
            $0.abandon()
        }
        let task = reader()
        pump()
        #expect(try await task.value == [])
    }

    @Test("the producer is let go when the channel is through", arguments: [0, 1, 2])
    func releasesProducer(ending: Int) async throws {
        final class Producer {}
        let weakly = WeakBox<Producer>()
        onChannel { channel in
            let producer = Producer()
            weakly.object = producer
            channel.setProducer(
                taken: { _ in _ = producer }, resume: { _ = producer }, abandon: { _ = producer })
            channel.offer([1], expecting: true)
            if ending > 0 { channel.finish() }
        }
        #expect(weakly.object != nil)
        if ending == 1 {
            let task = reader()
            pump()
            #expect(try await task.value == [[1]])
        } else {
            onChannel { $0.abandon() }
        }
        #expect(weakly.object == nil)
    }

    @Test("cancelling from other threads while chunks arrive never loses the consumer")
    func cancellationRace() async throws {
        let thread = try LoopThread(running: EventLoop(), name: "race")
        defer { thread.join() }
        for _ in 0..<200 {
            let channel = ByteChannel(loop: thread.loop, capacity: 10)
            let task = Task(executorPreference: thread.loop) { try await channel.next() }
            async let cancelled: Void = task.cancel()
            async let offered = channel.offer([1])
            await cancelled
            #expect(await offered)
            switch await task.result {
            case .success(let chunk): #expect(chunk == [1])
            case .failure(let error): #expect(error is CancellationError)
            }
        }
    }
}

// Sound for the same reason as `Box`.
private final class WeakBox<Object: AnyObject>: @unchecked Sendable {
    weak var object: Object?
}

extension ByteChannel {
    fileprivate func offer(_ chunk: [UInt8], expecting expected: Bool) {
        let hasRoom = offer(chunk)
        #expect(hasRoom == expected)
    }
}
