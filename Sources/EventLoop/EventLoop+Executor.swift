// The loop as an executor (SE-0392, SE-0417).
extension EventLoop: SerialExecutor, TaskExecutor {
    /// Queues a job: without lock or system call when it comes from the loop's own thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            withOwned { $0.jobs.append(job) }
        } else {
            post { $0.jobs.append(job) }
        }
    }

    /// What an actor that lives on this loop returns from `unownedExecutor`.
    ///
    /// The reference is unowned: the actor also keeps the loop in a `let`, which makes this safe.
    @safe public var executor: UnownedSerialExecutor { unsafe asUnownedSerialExecutor() }

    /// Says to `assumeIsolated` whether the calling thread is the loop's.
    public func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }

    /// Traps when the calling thread is not the loop's.
    public func checkIsolated() {
        precondition(isCurrent, "expected to run on the event loop")
    }
}
