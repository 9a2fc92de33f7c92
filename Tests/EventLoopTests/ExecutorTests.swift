import EventLoop
import Synchronization
import TestSupport
import Testing

@Suite struct ExecutorTests {
    @Test("an actor on the loop, in a task that prefers it, never leaves the thread")
    func staysHome() async throws {
        let thread = try LoopThread(running: EventLoop(), name: "home")
        defer { thread.join() }
        let home = Home(loop: thread.loop)
        let strays = await Task(executorPreference: thread.loop) { await home.wander() }.value
        #expect(strays == [])
    }

    @Test("a task that yields for ever starves neither a timer nor a descriptor")
    func boundedTurn() async throws {
        let loop = try EventLoop(clock: ManualClock())
        let pair = try SocketPair()
        let (fired, readable) = (Box(false), Box(0))
        let spins = Atomic(0)
        let spinner = Task(executorPreference: loop) {
            while !Task.isCancelled {
                spins.add(1, ordering: .relaxed)
                await Task.yield()
            }
        }
        let watch = try loop.watch(pair.near.rawValue, for: .readable) { _ in readable.value += 1 }
        #expect(writeBytes(pair.far.rawValue, [1]) == 1)
        loop.runOnce()
        loop.schedule(after: .zero) { fired.value = true }
        loop.runOnce()
        #expect(fired.value)
        #expect(readable.value == 2)
        #expect(spins.load(ordering: .relaxed) > 100)
        spinner.cancel()
        for _ in 0..<3 { loop.runOnce() }
        await spinner.value
        loop.cancel(watch)
    }

    @Test("every call from other threads is made, once and on the loop")
    func wakeUps() async throws {
        let thread = try LoopThread(running: EventLoop(), name: "calls")
        let loop = thread.loop
        let tally = Tally()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        loop.execute {
                            if loop.isCurrent { tally.count += 1 }
                        }
                    }
                }
            }
        }
        thread.join()
        #expect(tally.count == 8000)
    }

    @Test("jobs from other threads are all run")
    func jobsFromOutside() async throws {
        let thread = try LoopThread(running: EventLoop(), name: "jobs")
        defer { thread.join() }
        let home = Home(loop: thread.loop)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<200 { await home.visit() } }
            }
        }
        #expect(await home.visits == 1600)
    }

    @Test("what was queued before stop() is done before run() returns", arguments: 0..<20)
    func stopFinishes(_: Int) throws {
        let thread = try LoopThread(running: EventLoop(), name: "stop")
        let loop = thread.loop
        let tally = Tally()
        loop.execute {
            tally.count += 1
            loop.callAtEndOfTurn(Twice(loop: loop, tally: tally))
        }
        thread.join()
        #expect(tally.count == 3)
    }

    @Test("a participant that asks again while it is called is called in the next turn")
    func participants() throws {
        let loop = try EventLoop(clock: ManualClock())
        let tally = Tally()
        loop.callAtEndOfTurn(Twice(loop: loop, tally: tally))
        loop.runOnce()
        #expect(tally.count == 1)
        loop.runOnce()
        #expect(tally.count == 2)
        loop.runOnce()
        #expect(tally.count == 2)
    }

    @Test("a loop that was stopped before its thread began ends at once")
    func stopFirst() throws {
        let loop = try EventLoop()
        loop.stop()
        let thread = try LoopThread(running: loop, name: "a name that is much too long")
        thread.join()
        #expect(!loop.isCurrent)
    }

    @Test("touching a loop from another thread than its own traps")
    func foreignThread() async {
        await #expect(processExitsWith: .failure) {
            let thread = try LoopThread(running: EventLoop(), name: "guarded")
            thread.loop.schedule(after: .zero) {}
        }
    }
}

/// Counts on one loop's thread.
// Sound: written on the loop's thread only, and read after that thread was joined or on it.
final class Tally: @unchecked Sendable {
    var count = 0
}

/// Asks for a second call from within the first.
private final class Twice: TurnParticipant {
    let loop: EventLoop
    let tally: Tally
    var isSecond = false

    init(loop: EventLoop, tally: Tally) {
        self.loop = loop
        self.tally = tally
    }

    func turnEnds() {
        tally.count += 1
        guard !isSecond else { return }
        isSecond = true
        loop.callAtEndOfTurn(self)
    }
}

private actor Elsewhere {
    func answer() -> Int { 1 }
}

private actor Home {
    let loop: EventLoop
    private(set) var visits = 0
    private var strays: [String] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    init(loop: EventLoop) {
        self.loop = loop
    }

    func visit() {
        visits += 1
    }

    private func note(_ step: String) {
        if !loop.isCurrent { strays.append(step) }
    }

    nonisolated private func helper() async -> Int { 1 }

    /// Suspends in every way there is; gives those after which it was on another thread.
    func wander() async -> [String] {
        let loop = self.loop
        note("start")
        await Task.yield()
        note("yield")
        await withCheckedContinuation { continuation in
            loop.schedule(after: .zero) { continuation.resume() }
        }
        note("continuation from the loop")
        await withCheckedContinuation { continuation in
            Task.detached { continuation.resume() }
        }
        note("continuation from another thread")
        let inGroup = await withTaskGroup { group in
            for _ in 0..<4 { group.addTask { loop.isCurrent } }
            return await group.reduce(true) { $0 && $1 }
        }
        if !inGroup { strays.append("child of a group") }
        note("group")
        async let child = loop.isCurrent
        if await !child { strays.append("async let") }
        note("async let")
        _ = await Elsewhere().answer()
        note("default actor")
        await Home(loop: loop).visit()
        note("actor on the same loop")
        _ = await helper()
        note("helper")
        return strays
    }
}
