import DaprClient
import EventLoop
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("Asking whether the sidecar is ready")
struct ReadinessProbeTests {
    /// What owns a `Readiness`, on a loop with a clock that the test moves.
    actor Owner {
        nonisolated let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

        private let clock: ManualClock
        private var answer: DaprError?
        private(set) var checkCount = 0
        private(set) var changes: [ReadinessProbe.State] = []
        private var readiness: ReadinessProbe?

        init(clock: ManualClock, answer: DaprError?) throws {
            loop = try EventLoop(clock: clock)
            self.clock = clock
            self.answer = answer
        }

        func start() {
            readiness = ReadinessProbe(
                loop: loop,
                check: { () async throws(DaprError) in
                    self.checkCount += 1
                    if let answer = self.answer { throw answer }
                },
                changed: { self.changes.append($0) })
            probe()
        }

        private func probe() {
            Task.immediate(executorPreference: loop) {
                await self.readiness?.run()
                self.readiness?.scheduleNext { self.probe() }
            }
        }

        func setAnswer(_ answer: DaprError?) {
            self.answer = answer
        }

        func stop() {
            readiness?.stop()
            readiness = nil
        }

        nonisolated func advance(by duration: Duration) {
            clock.advance(by: duration)
            for _ in 0..<10 { loop.runOnce() }
        }
    }

    @Test("it asks less and less often while there is no answer, and at leisure when there is one")
    func backOff() throws {
        let owner = try Owner(
            clock: ManualClock(), answer: DaprError(.unavailable, "refused"))
        func count() throws -> Int { try owner.loop.result { await owner.checkCount } }
        func changes() throws -> [ReadinessProbe.State] {
            try owner.loop.result { await owner.changes }
        }
        try owner.loop.result { await owner.start() }
        owner.advance(by: .zero)
        #expect(try count() == 1)
        for pause in [100, 200, 400, 800, 1000, 1000] {
            let before = try count()
            owner.advance(by: .milliseconds(pause - 1))
            #expect(try count() == before, "before \(pause) ms")
            owner.advance(by: .milliseconds(1))
            #expect(try count() == before + 1, "after \(pause) ms")
        }
        #expect(try changes() == [.notReady("refused")])
        try owner.loop.result { await owner.setAnswer(nil) }
        owner.advance(by: .seconds(1))
        #expect(try changes().last == .ready)
        try owner.loop.result { await owner.setAnswer(DaprError(.unavailable, "gone")) }
        owner.advance(by: .seconds(1))
        #expect(try changes() == [.notReady("refused"), .ready, .notReady("gone")])
        let before = try count()
        owner.advance(by: .milliseconds(100))
        #expect(try count() == before + 1)
        try owner.loop.result { await owner.stop() }
    }

    @Test("after the end nothing is asked and nothing told")
    func end() throws {
        let owner = try Owner(clock: ManualClock(), answer: nil)
        try owner.loop.result {
            await owner.start()
            await owner.stop()
        }
        owner.advance(by: .zero)
        owner.advance(by: .seconds(60))
        let (count, changes) = try owner.loop.result {
            (await owner.checkCount, await owner.changes)
        }
        #expect(count <= 1)
        #expect(changes.isEmpty)
        owner.loop.schedule(after: .zero) {}
        #expect(owner.loop.timerCount == 1)
    }
}
