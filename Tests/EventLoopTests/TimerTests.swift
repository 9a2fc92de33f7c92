import EventLoop
import TestSupport
import Testing

@Suite struct TimerTests {
    let clock = ManualClock()
    let loop: EventLoop

    init() throws {
        loop = try EventLoop(clock: clock)
    }

    @Test("timers fire in the order of their deadlines, equal ones in the order of scheduling")
    func order() {
        let fired = Box<[Int]>([])
        for (name, delay) in [(1, 30), (2, 10), (3, 20), (4, 10), (5, 0), (6, -5)] {
            loop.schedule(after: .milliseconds(delay)) { fired.value.append(name) }
        }
        loop.runOnce()
        #expect(fired.value == [5, 6])
        clock.advance(by: .milliseconds(15))
        loop.runOnce()
        #expect(fired.value == [5, 6, 2, 4])
        clock.advance(by: .seconds(1))
        loop.runOnce()
        #expect(fired.value == [5, 6, 2, 4, 3, 1])
        #expect(loop.timerCount == 0)
    }

    @Test("a timer does not fire before its deadline, to the nanosecond")
    func deadline() {
        let fired = Box(false)
        let timer = loop.schedule(after: .nanoseconds(10)) { fired.value = true }
        clock.advance(by: .nanoseconds(9))
        loop.runOnce()
        #expect(!fired.value && timer.isPending)
        clock.advance(by: .nanoseconds(1))
        loop.runOnce()
        #expect(fired.value && !timer.isPending)
    }

    @Test("cancelled timers leave the heap at once and the others keep their order")
    func manyCancelled() {
        let fired = Box<[Int]>([])
        var random = SystemRandomNumberGenerator()
        var kept: [Int] = []
        let delays = (0..<2000).shuffled(using: &random)
        let timers = delays.map { delay in
            loop.schedule(after: .milliseconds(delay)) { fired.value.append(delay) }
        }
        for (delay, timer) in zip(delays, timers).shuffled(using: &random) {
            if delay % 10 == 0 { kept.append(delay) } else { loop.cancel(timer) }
        }
        #expect(loop.timerCount == kept.count)
        clock.advance(by: .seconds(3))
        loop.runOnce()
        #expect(fired.value == kept.sorted())
        for timer in timers { loop.cancel(timer) }
        #expect(loop.timerCount == 0)
    }

    @Test("a timer that starts itself again without delay fires once per turn")
    func rearmed() {
        let count = Box(0)
        let other = Box(0)
        func again() {
            count.value += 1
            loop.schedule(after: .seconds(-1), again)
        }
        again()
        loop.schedule(after: .zero) { other.value += 1 }
        for _ in 0..<3 { loop.runOnce() }
        #expect(count.value == 4)
        #expect(other.value == 1)
    }

    @Test("a timer may cancel another that is due in the same turn")
    func cancelledInBatch() {
        let fired = Box(false)
        let victim = Box<LoopTimer?>(nil)
        loop.schedule(after: .zero) { [loop] in victim.value.map(loop.cancel) }
        victim.value = loop.schedule(after: .zero) { fired.value = true }
        loop.runOnce()
        #expect(!fired.value)
    }

    @Test("what a cancelled action held may come back to the loop when it is released")
    func releaseInCancel() {
        final class Holder {
            let loop: EventLoop
            let timer: LoopTimer
            init(_ loop: EventLoop) {
                self.loop = loop
                timer = loop.schedule(after: .seconds(1)) {}
            }
            func touch() {}
            deinit { loop.cancel(timer) }
        }
        let holder = Holder(loop)
        let timer = loop.schedule(after: .seconds(1)) { [holder] in holder.touch() }
        release(consume holder)
        loop.cancel(timer)
        #expect(loop.timerCount == 0)
    }

    private func release(_ object: consuming AnyObject) {}

    @Test("a loop with a virtual clock does not sleep until a timer is due")
    func virtualWait() throws {
        // Would the loop sleep for the day that the timer is away, this would not return.
        let loop = self.loop
        let woken = Box(false)
        loop.schedule(after: .seconds(86_400)) { woken.value = true }
        let clock = self.clock
        let mover = try LoopThread(running: EventLoop(), name: "mover")
        mover.loop.execute {
            clock.advance(by: .seconds(86_400))
            loop.execute {}
        }
        loop.run { woken.value }
        #expect(woken.value)
        mover.join()
    }

    @Test("a real clock wakes the loop for a timer, and a distant one does not overflow")
    func realClock() throws {
        let loop = try EventLoop()
        let fired = Box(false)
        let distant = loop.schedule(after: .seconds(Int64.max)) { Issue.record("fired early") }
        let start = loop.now
        loop.schedule(after: .milliseconds(3)) { fired.value = true }
        loop.run { fired.value }
        #expect(loop.now - start >= .milliseconds(3))
        loop.cancel(distant)
    }

    @Test("time arithmetic saturates")
    func arithmetic() {
        let end = MonotonicTime(nanoseconds: .max)
        #expect(end + .seconds(1) == end)
        #expect(MonotonicTime(nanoseconds: .min) + .seconds(-1) == .init(nanoseconds: .min))
        #expect(Duration.seconds(Int64.max).nanosecondsClamped == .max)
        #expect(Duration.seconds(Int64.min).nanosecondsClamped == .min)
        #expect(Duration.milliseconds(-1500).nanosecondsClamped == -1_500_000_000)
    }
}
