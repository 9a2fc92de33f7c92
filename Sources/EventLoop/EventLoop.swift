import CLinux
import Glibc
import Synchronization

/// One thread's epoll set, job queue and timers; the only place in the process that blocks.
///
/// The loop is a serial executor for actors and a task executor for tasks: an actor whose
/// `unownedExecutor` is the loop, in a task that prefers it, never leaves the thread.
///
/// One turn is: wait, handle what is ready, fire timers, run the queued jobs, then let everything
/// that became dirty write (`TurnParticipant`). Each of these steps is bounded.
public final class EventLoop: Sendable {
    /// What only the loop's thread touches.
    struct Owned {
        var jobs: [UnownedJob] = []
        var timers = TimerHeap()
        var watches: [Watch?] = []
        var generation: UInt32 = 0
        var participants: [any TurnParticipant] = []
        /// The emptied arrays of the last turn, whose memory the next one uses.
        var spareJobs: [UnownedJob] = []
        var spareParticipants: [any TurnParticipant] = []
        /// Where sockets are read to; empty before the first read and during one.
        var scratch: [UInt8] = []
    }

    struct Inbox {
        var jobs: [UnownedJob] = []
        var calls: [@Sendable () -> Void] = []
        var isEmpty: Bool { jobs.isEmpty && calls.isEmpty }
    }

    static let jobsPerTurn = 1024
    static let eventsPerTurn = 256

    // Sound: every access happens on the loop's thread, inside a turn or checked by `withOwned`.
    private nonisolated(unsafe) var threadOwned = Owned()
    // Sound: only touched with `lock` held.
    private nonisolated(unsafe) var inbox = Inbox()
    private let lock = Lock()
    private let epoll: Descriptor
    private let wakeUp: Descriptor
    private let stopRequested = Atomic(false)
    /// The pthread id of the thread inside `run`; 0 when there is none, `.max` when a thread that
    /// will run the loop was promised. Read by every thread that enqueues.
    private let thread = Atomic<UInt>(0)
    private let clock: any LoopClock

    /// Makes a loop that waits to be run.
    ///
    /// - Parameter clock: where timers read the time.
    public init(clock: any LoopClock = SystemClock()) throws(SystemError) {
        self.clock = clock
        epoll = Descriptor(takingOwnershipOf: try check("epoll_create1", clinux_epoll_create()))
        wakeUp = Descriptor(takingOwnershipOf: try check("eventfd", clinux_eventfd()))
        try check(
            "epoll_ctl",
            clinux_epoll_add(
                epoll.rawValue, wakeUp.rawValue, Readiness.readable.rawValue, Self.wakeUpCookie))
    }

    deinit {
        precondition(
            thread.load(ordering: .acquiring) == 0, "an event loop was released while it ran")
    }

    private static let wakeUpCookie = UInt64.max

    // MARK: - Running

    /// Runs the loop on the calling thread until `stop()`. What was queued before that is done
    /// first; what is queued after `run()` has returned is never done.
    public func run() {
        enter()
        while !stopRequested.load(ordering: .acquiring) || hasWork {
            turn(mayWait: true)
        }
        leave()
    }

    /// Runs the loop on the calling thread until `condition` holds; for tests with a manual pump.
    ///
    /// - Parameter condition: checked after every turn, on the loop's thread.
    public func run(until condition: () -> Bool) {
        enter()
        while !condition() { turn(mayWait: true) }
        leave()
    }

    /// Handles what is ready now without waiting: what a virtual clock needs after it was advanced.
    public func runOnce() {
        enter()
        turn(mayWait: false)
        leave()
    }

    /// Makes `run()` return. From any thread; final.
    public func stop() {
        stopRequested.store(true, ordering: .releasing)
        wake()
    }

    private func enter() {
        let before = thread.exchange(currentThread(), ordering: .acquiringAndReleasing)
        precondition(
            before == 0 || before == Self.promised, "an event loop runs on one thread at a time")
    }

    /// Keeps everybody off the loop's state until the thread that is being started has entered it.
    func promiseThread() {
        let before = thread.exchange(Self.promised, ordering: .acquiringAndReleasing)
        precondition(before == 0, "an event loop runs on one thread at a time")
    }

    /// Takes `promiseThread()` back when the thread could not be started.
    func leave() {
        thread.store(0, ordering: .releasing)
    }

    private static let promised = UInt.max

    private var hasWork: Bool {
        unsafe !threadOwned.jobs.isEmpty || !threadOwned.participants.isEmpty
            || !lock.withLock { unsafe inbox.isEmpty }
    }

    private func turn(mayWait: Bool) {
        poll(timeout: mayWait ? waitLimit() : 0)
        fireTimers()
        runJobs()
        endTurn()
    }

    /// Nanoseconds until something is due; -1 when only a descriptor can wake the loop.
    private func waitLimit() -> Int64 {
        if unsafe !threadOwned.jobs.isEmpty || !threadOwned.participants.isEmpty { return 0 }
        guard let next = unsafe threadOwned.timers.next else { return -1 }
        let remaining = max(0, next.nanoseconds - clock.now().nanoseconds)
        return remaining == 0 || clock.movesByItself ? remaining : -1
    }

    private func poll(timeout: Int64) {
        var ready = InlineArray<256, clinux_event>(repeating: clinux_event())
        var span = ready.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { events in
            unsafe clinux_epoll_wait(
                epoll.rawValue, events.baseAddress, CInt(Self.eventsPerTurn), timeout)
        }
        // EINTR counts as nothing ready; anything else means that the epoll descriptor is not ours.
        precondition(count >= 0, "epoll_wait failed on the loop's own descriptor")
        for index in 0..<Int(count) {
            dispatch(ready[index])
        }
    }

    private func dispatch(_ event: clinux_event) {
        if event.cookie == Self.wakeUpCookie {
            takeInbox()
            return
        }
        let descriptor = Int(UInt32(truncatingIfNeeded: event.cookie))
        // A handler earlier in this batch may have ended this watch and another may have begun.
        guard descriptor < (unsafe threadOwned.watches.count),
            let watch = unsafe threadOwned.watches[descriptor], watch.cookie == event.cookie
        else { return }
        watch.handler(Readiness(rawValue: event.events))
    }

    private func fireTimers() {
        guard let next = unsafe threadOwned.timers.next else { return }
        let now = clock.now()
        guard next <= now else { return }
        // What an action schedules waits for the next turn, even without delay: a timer that starts
        // itself again must not keep this one from ending.
        let last = unsafe threadOwned.timers.lastOrder
        while let action = unsafe threadOwned.timers.popDue(at: now, upTo: last) { action() }
    }

    private func runJobs() {
        var budget = Self.jobsPerTurn
        while budget > 0, unsafe !threadOwned.jobs.isEmpty {
            var batch = unsafe exchange(&threadOwned.spareJobs, with: [])
            unsafe swap(&batch, &threadOwned.jobs)
            for job in batch {
                // Both identities, so that the runtime sees actor and task at home and never hops.
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            budget -= batch.count
            batch.removeAll(keepingCapacity: true)
            unsafe threadOwned.spareJobs = batch
        }
    }

    private func endTurn() {
        guard unsafe !threadOwned.participants.isEmpty else { return }
        // Those that ask again while they are called are called at the end of the next turn.
        var participants = unsafe exchange(&threadOwned.spareParticipants, with: [])
        unsafe swap(&participants, &threadOwned.participants)
        for participant in participants { participant.turnEnds() }
        participants.removeAll(keepingCapacity: true)
        unsafe threadOwned.spareParticipants = participants
    }

    // MARK: - From other threads

    /// Calls `body` on the loop's thread in one of its next turns. From any thread.
    public func execute(_ body: @escaping @Sendable () -> Void) {
        post { inbox in inbox.calls.append(body) }
    }

    /// Calls `body` where the loop's state may be touched: at once if that is here, as on the loop's
    /// thread or where no thread runs the loop, else on the loop's thread. For the end of objects
    /// that belong to the loop and are let go by somebody else.
    public func executeAtHome(_ body: @escaping @Sendable () -> Void) {
        let owner = thread.load(ordering: .acquiring)
        if owner == 0 || owner == currentThread() { body() } else { execute(body) }
    }

    func post(_ add: (inout Inbox) -> Void) {
        let first = lock.withLock {
            let wasEmpty = unsafe inbox.isEmpty
            unsafe add(&inbox)
            return wasEmpty
        }
        // Whoever fills an empty inbox wakes the loop; the rest ride along.
        if first { wake() }
    }

    private func wake() {
        var one: UInt64 = 1
        // EAGAIN means that the counter is full, and so that the loop is awake already.
        _ = unsafe write(wakeUp.rawValue, &one, 8)
    }

    private func takeInbox() {
        var count: UInt64 = 0
        _ = unsafe read(wakeUp.rawValue, &count, 8)
        let taken = lock.withLock {
            unsafe exchange(&inbox, with: Inbox())
        }
        unsafe threadOwned.jobs.append(contentsOf: taken.jobs)
        for call in taken.calls { call() }
    }

    // MARK: - Where we are

    /// Whether the calling thread is the one that runs this loop.
    public var isCurrent: Bool {
        thread.load(ordering: .relaxed) == currentThread()
    }

    private func currentThread() -> UInt { pthread_self() }

    /// The loop's own state, for the extensions in this module; traps off the loop's thread.
    ///
    /// Before the loop runs (thread 0) its maker may set it up, and take things down after it ran.
    /// `body` must not release what it removes: a deinit that comes back here would overlap with it.
    func withOwned<Result>(_ body: (inout Owned) -> Result) -> Result {
        let owner = thread.load(ordering: .acquiring)
        precondition(owner == 0 || owner == currentThread(), "called off the event loop's thread")
        return unsafe body(&threadOwned)
    }

    /// The time on the loop's clock.
    public var now: MonotonicTime { clock.now() }

    var epollDescriptor: CInt { epoll.rawValue }
}

/// Something that collects work during a turn and does it once at the turn's end, such as writing
/// everything that was queued in one system call.
public protocol TurnParticipant: AnyObject {
    /// Called on the loop once after `EventLoop.callAtEndOfTurn(_:)`.
    func turnEnds()
}
