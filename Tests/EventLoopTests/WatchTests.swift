import EventLoop
import Glibc
import TestSupport
import Testing

@Suite struct WatchTests {
    let loop: EventLoop

    init() throws {
        loop = try EventLoop(clock: ManualClock())
    }

    @Test("an event of a descriptor number that was reused within the batch is dropped")
    func generation() throws {
        let first = try SocketPair()
        let second = try SocketPair()
        let idle = try SocketPair()
        let numbers = [first.near.rawValue, second.near.rawValue]
        let quiet = idle.near.rawValue
        let (loop, called, stale) = (self.loop, Box(0), Box(0))
        let watches = Box<[Watch]>([])
        watches.value = try numbers.indices.map { index in
            try loop.watch(numbers[index], for: .readable) { _ in
                called.value += 1
                // Whichever comes first replaces the other, whose event is in the batch already.
                let other = numbers[1 - index]
                loop.cancel(watches.value[1 - index])
                #expect(dup2(quiet, other) == other)
                #expect(throws: Never.self) {
                    watches.value[1 - index] = try loop.watch(other, for: .readable) { _ in
                        stale.value += 1
                    }
                }
            }
        }
        #expect(writeBytes(first.far.rawValue, [1]) == 1)
        #expect(writeBytes(second.far.rawValue, [1]) == 1)
        loop.runOnce()
        #expect(called.value == 1)
        #expect(stale.value == 0)
        #expect(loop.watchCount == 2)
        for watch in watches.value { loop.cancel(watch) }
        #expect(loop.watchCount == 0)
    }

    @Test("a watch that is cancelled within the batch is not called any more")
    func cancelledInBatch() throws {
        let first = try SocketPair()
        let second = try SocketPair()
        let (loop, called) = (self.loop, Box(0))
        let watches = Box<[Watch]>([])
        for number in [first.near.rawValue, second.near.rawValue] {
            watches.value.append(
                try loop.watch(number, for: .writable) { _ in
                    called.value += 1
                    for watch in watches.value { loop.cancel(watch) }
                })
        }
        loop.runOnce()
        loop.runOnce()
        #expect(called.value == 1)
        #expect(loop.watchCount == 0)
    }

    @Test("a one-shot watch is silent until it is changed")
    func oneShot() throws {
        let pair = try SocketPair()
        let seen = Box<[Readiness]>([])
        let watch = try loop.watch(pair.near.rawValue, for: [.writable, .oneShot]) {
            seen.value.append($0)
        }
        for _ in 0..<3 { loop.runOnce() }
        #expect(seen.value == [.writable])
        loop.change(watch, to: [.writable, .oneShot])
        loop.runOnce()
        #expect(seen.value == [.writable, .writable])
        loop.cancel(watch)
        loop.change(watch, to: .writable)
        loop.runOnce()
        #expect(seen.value.count == 2)
    }

    @Test("what cannot be watched is an error that leaves no trace")
    func unwatchable() {
        #expect(throws: SystemError(function: "epoll_ctl", errno: EBADF)) {
            _ = try loop.watch(1_000_000, for: .readable) { _ in }
        }
        #expect(loop.watchCount == 0)
    }

    @Test("signals arrive on the loop, also when the handler cancels its source")
    func signals() throws {
        let seen = Box<[CInt]>([])
        let source = Box<SignalSource?>(nil)
        // Both are sent to this thread only, which blocks them from here on.
        source.value = try SignalSource([SIGUSR1, SIGUSR2], on: loop) { signal in
            seen.value.append(signal)
            if signal == SIGUSR2 {
                source.value?.cancel()
                source.value = nil
            }
        }
        raise(SIGUSR1)
        loop.runOnce()
        #expect(seen.value == [SIGUSR1])
        raise(SIGUSR2)
        loop.runOnce()
        #expect(seen.value == [SIGUSR1, SIGUSR2])
        #expect(source.value == nil)
        #expect(loop.watchCount == 0)
    }
}
