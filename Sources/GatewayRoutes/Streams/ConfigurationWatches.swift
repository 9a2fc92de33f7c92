import DaprClient

/// The configuration items that clients watch: one subscription to the sidecar for each store and
/// key, however many watch on whichever shard.
actor ConfigurationWatches {
    typealias Subject = WatchBoard.Subject
    typealias Cursor = WatchBoard.Cursor

    /// What waiting came to.
    enum Outcome: Sendable {
        /// What the cursors, which were moved, did not know.
        case news([(subject: Subject, news: WatchBoard.News)], [Cursor])
        /// There was none in time.
        case nothing
        /// The gateway is shutting down.
        case ended
    }

    nonisolated let time: StreamTime
    private let limit: Int
    private var board: WatchBoard
    private var followers: [Subject: Task<Void, Never>] = [:]
    private var waiting: [Int: CheckedContinuation<DaprError?, Never>] = [:]
    private var lastWaiter = 0
    private var alarm: Alarm?
    private var isDraining = false
    /// Where the alarm runs.
    private var executor: (any TaskExecutor)?

    /// - Parameters:
    ///   - idle: how long an item is followed after the last watcher left.
    ///   - limit: how many there may be.
    init(idle: Duration, limit: Int = 1000, time: StreamTime = StreamTime()) {
        board = WatchBoard(idle: idle)
        self.limit = limit
        self.time = time
    }

    /// How many subjects are followed.
    var count: Int { board.count }

    // MARK: - Watchers

    /// Somebody watches from now on, and has to `leave`.
    ///
    /// - Returns: where to begin.
    func enter(_ subjects: [Subject], through upstream: Upstream) throws(GatewayError) -> [Cursor] {
        guard !isDraining else {
            throw GatewayError(.shuttingDown, "the gateway is shutting down")
        }
        guard board.count + subjects.count(where: { !board.follows($0) }) <= limit else {
            throw GatewayError(
                .tooManySubscriptions, "all \(limit) items that can be watched are in use")
        }
        executor = upstream.executor
        return subjects.map { subject in
            let (cursor, isNew) = board.enter(subject)
            if isNew {
                followers[subject] = Task(executorPreference: upstream.executor) {
                    await self.follow(cursor, upstream)
                }
            }
            return cursor
        }
    }

    /// Somebody does not watch any more.
    ///
    /// - Parameter cursors: what `enter` returned, wherever they were moved since.
    func leave(_ cursors: [Cursor]) {
        for cursor in cursors { board.leave(cursor, now: time.now()) }
        setAlarm()
    }

    /// Waits for news.
    ///
    /// - Throws: why one of the subjects cannot be followed any more; `.cancelled` when the task is
    ///   cancelled.
    func next(_ cursors: [Cursor], within limit: Duration) async throws(DaprError) -> Outcome {
        let deadline = time.now() + limit
        var cursors = cursors
        while !Task.isCancelled {
            guard cursors.allSatisfy(board.isFollowed) else {
                throw DaprError(.unavailable, "the items are not followed any more")
            }
            let news = board.news(for: &cursors)
            if !news.isEmpty { return .news(news, cursors) }
            if isDraining { return .ended }
            guard time.now() < deadline else { return .nothing }
            if let failure = await wait(cursors, until: deadline) { throw failure }
        }
        throw DaprError(.cancelled, "the watch was cancelled")
    }

    /// - Returns: why there is no more to wait for.
    private func wait(
        _ cursors: [Cursor], until deadline: ContinuousClock.Instant
    ) async -> DaprError? {
        lastWaiter += 1
        let waiter = lastWaiter
        board.wait(waiter, for: cursors, until: deadline)
        setAlarm(at: deadline)
        let executor = executor
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiting[waiter] = $0 }
        } onCancel: {
            Task(executorPreference: executor) { await self.cancel(waiter) }
        }
    }

    private func cancel(_ waiter: Int) {
        board.cancel(waiter)
        resume([waiter])
    }

    private func resume(_ waiters: [Int], failing failure: DaprError? = nil) {
        for waiter in waiters {
            waiting.removeValue(forKey: waiter)?.resume(returning: failure)
        }
    }

    // MARK: - The sidecar

    private func follow(_ cursor: Cursor, _ upstream: Upstream) async {
        let subject = cursor.subject
        let changes = upstream.configuration(subject.store).changes(
            of: subject.key.map { [$0] }, metadata: subject.metadata
        ).makeAsyncIterator()
        do throws(DaprError) {
            while let change = try await changes.next() {
                resume(board.tell(cursor, change))
            }
        } catch {
            guard board.isFollowed(cursor) else { return }
            followers[subject] = nil
            resume(board.forget(cursor), failing: error)
        }
    }

    private func close(_ subject: Subject) {
        followers.removeValue(forKey: subject)?.cancel()
    }

    // MARK: - Time

    /// Wakes when the board wants to be; an alarm that is earlier does as well.
    ///
    /// - Parameter candidate: what the board wants now, if it wanted nothing earlier; nil to ask it.
    private func setAlarm(at candidate: ContinuousClock.Instant? = nil) {
        guard let due = candidate ?? board.due else { return }
        if let alarm {
            guard due < alarm.due else { return }
            alarm.task.cancel()
        }
        let time = time
        alarm = Alarm(
            due: due,
            task: Task(executorPreference: executor) {
                // Cancelled: another alarm is set by now, or none is wanted.
                guard (try? await time.sleep(due - time.now())) != nil, !Task.isCancelled else {
                    return
                }
                await self.alarmRang(due)
            })
    }

    private func alarmRang(_ due: ContinuousClock.Instant) {
        guard alarm?.due == due else { return }
        alarm = nil
        let (late, unwanted) = board.woke(now: time.now())
        resume(late)
        for subject in unwanted { close(subject) }
        setAlarm()
    }

    // MARK: - The end

    /// Ends everybody's waiting.
    func drain() {
        isDraining = true
        resume(Array(waiting.keys))
    }

    /// Ends the subscriptions.
    func stop() {
        drain()
        alarm?.task.cancel()
        alarm = nil
        for subject in followers.keys { close(subject) }
    }
}
