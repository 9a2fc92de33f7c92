import EventLoop

/// Carries out what a `ConfigurationWatch` decides, with tasks, for one consumer.
actor ConfigurationWatcher {
    /// What is watched.
    struct Subject: Sendable {
        var store: String
        /// Nil for all.
        var keys: [String]?
        var metadata: [String: String]
        var options: CallOptions
    }

    private let api: any ConfigurationAPI
    private let subject: Subject
    private let time: Timekeeper
    private let executor: (any TaskExecutor)?
    private var watch: ConfigurationWatch

    private var isStarted = false
    private var consumer: CheckedContinuation<Void, Never>?
    private var streams: [Int: Task<Void, Never>] = [:]
    private var reading: Task<Void, Never>?
    private var alarm: (due: MonotonicTime, task: Task<Void, Never>)?

    /// How long the sidecar may take to unsubscribe.
    private static let farewell: Duration = .seconds(2)

    /// - Parameter executor: where the tasks prefer to run.
    init(
        _ subject: Subject, policy: ConfigurationWatch.Policy, api: any ConfigurationAPI,
        on executor: (any TaskExecutor)?, time: Timekeeper = Timekeeper()
    ) {
        self.subject = subject
        self.api = api
        self.executor = executor
        self.time = time
        watch = ConfigurationWatch(keys: subject.keys ?? [], policy: policy)
    }

    /// How long ago the known items were confirmed by a read; nil before the first.
    var timeSinceConfirmation: Duration? { watch.confirmed.map { time.now() - $0 } }

    // MARK: - The consumer

    /// The next change; nil when the watch was stopped or the task was cancelled.
    ///
    /// - Throws: why it ended by itself, again whenever it is asked.
    func next() async throws(DaprError) -> ConfigurationChange? {
        guard consumer == nil else {
            throw DaprError(.invalidArgument, "one task at a time can wait for changes")
        }
        guard subject.keys?.isEmpty != true else {
            throw DaprError(.invalidArgument, "there are no keys to watch")
        }
        if !isStarted {
            isStarted = true
            perform(watch.start(now: time.now()))
        }
        while !Task.isCancelled {
            if !watch.isOver, let change = watch.takeChange() { return change }
            if let failure = watch.failure { throw failure }
            if watch.isOver { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { consumer = $0 }
            } onCancel: {
                Task(executorPreference: executor) { await self.stop() }
            }
        }
        stop()
        return nil
    }

    /// Ends the watch, and unsubscribes.
    func stop() {
        perform(watch.stop())
    }

    // MARK: - What the watch wants

    private func perform(_ actions: [ConfigurationWatch.Action]) {
        for action in actions {
            switch action {
            case .open(let number): open(number)
            case .close(let number, let id): close(number, id: id)
            case .read: startReading()
            }
        }
        if watch.isOver {
            reading?.cancel()
            reading = nil
        }
        setAlarm()
        consumer.take()?.resume()
    }

    private func open(_ number: Int) {
        streams[number] = Task(executorPreference: executor) { await self.follow(number) }
    }

    /// Subscribes, and takes what comes until the stream ends.
    private func follow(_ number: Int) async {
        var failure: DaprError?
        var options = subject.options
        // The stream lives as long as it can.
        options.timeout = nil
        do throws(DaprError) {
            let stream = try await api.subscribeConfiguration(
                store: subject.store, keys: subject.keys ?? [], metadata: subject.metadata,
                options: options)
            while let update = try await stream.next() {
                perform(watch.received(update, from: number, now: time.now()))
            }
        } catch {
            failure = error
        }
        streams[number] = nil
        perform(watch.streamEnded(number, failure, now: time.now(), jitter: time.jitter()))
    }

    private func close(_ number: Int, id: String?) {
        guard let stream = streams[number] else { return }
        guard let id else { return stream.cancel() }
        let (api, store) = (api, subject.store)
        let options = CallOptions(timeout: Self.farewell, trace: subject.options.trace)
        // Not the consumer's task, which may be cancelled.
        Task(executorPreference: executor) {
            // Whatever comes of it: letting go of the stream ends the subscription too.
            try? await api.unsubscribeConfiguration(store: store, id: id, options: options)
            stream.cancel()
        }
    }

    private func startReading() {
        reading = Task(executorPreference: executor) { await self.read() }
    }

    private func read() async {
        do throws(DaprError) {
            let items = try await api.getConfiguration(
                store: subject.store, keys: subject.keys ?? [], metadata: subject.metadata,
                options: subject.options)
            perform(watch.read(items, now: time.now(), jitter: time.jitter()))
        } catch {
            perform(watch.readFailed(error, now: time.now(), jitter: time.jitter()))
        }
    }

    // MARK: - Time

    private func setAlarm() {
        guard alarm?.due != watch.due else { return }
        alarm?.task.cancel()
        alarm = nil
        guard let due = watch.due else { return }
        let time = time
        alarm = (
            due,
            Task(executorPreference: executor) {
                // Cancelled: another alarm is set by now, or none is wanted.
                guard (try? await time.sleep(due - time.now())) != nil else { return }
                await self.alarmRang(due)
            }
        )
    }

    private func alarmRang(_ due: MonotonicTime) {
        guard alarm?.due == due else { return }
        alarm = nil
        perform(watch.woke(now: time.now(), jitter: time.jitter()))
    }
}
