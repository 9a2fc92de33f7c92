import DaprClient

/// The subscriptions that clients pull from, one to the sidecar for each topic, however many poll on
/// whichever shard: an acknowledgement finds its message wherever it arrives
/// (docs/decisions/0010-pull-subscriptions-belong-to-the-process.md).
actor PullSubscriptions {
    /// What is subscribed to.
    struct Key: Sendable, Hashable {
        var pubsub: String
        var topic: String
        var metadata: [String: String] = [:]
    }

    /// What a poll came to.
    enum Polled: Sendable {
        /// Messages; none when the time was up.
        case messages([PulledMessage])
        /// The gateway is shutting down.
        case ended
    }

    nonisolated let time: StreamTime
    private let limits: PullQueue.Limits
    private let limit: Int
    private var subscriptions: [Key: PullSubscription] = [:]
    private var lastConsumer = 0
    private var isDraining = false

    /// - Parameters:
    ///   - limits: of each subscription.
    ///   - limit: how many there may be.
    init(_ limits: PullQueue.Limits, limit: Int = 256, time: StreamTime = StreamTime()) {
        self.limits = limits
        self.limit = limit
        self.time = time
    }

    // MARK: - Consumers

    /// Somebody will poll, and has to `leave`. The first one of a topic makes the subscription.
    ///
    /// - Returns: the consumer's number.
    func enter(_ key: Key, through upstream: Upstream) throws(GatewayError) -> Int {
        guard !isDraining else {
            throw GatewayError(.shuttingDown, "the gateway is shutting down")
        }
        lastConsumer += 1
        let subscription: PullSubscription
        if let known = subscriptions[key] {
            subscription = known
        } else {
            guard subscriptions.count < limit else {
                throw GatewayError(
                    .tooManySubscriptions, "all \(limit) topics that can be pulled from are in use")
            }
            subscription = PullSubscription(upstream, PullQueue(limits, now: time.now()))
            subscriptions[key] = subscription
        }
        subscription.queue.enter(lastConsumer, now: time.now())
        return lastConsumer
    }

    /// Waits until the sidecar has subscribed.
    ///
    /// - Throws: why it does not.
    func waitForStream(_ key: Key, _ consumer: Int) async throws(DaprError) {
        guard let subscription = subscriptions[key], !isDraining else { return }
        if case .open = subscription.stream { return }
        open(key, subscription)
        let executor = subscription.upstream.executor
        let failure: DaprError? = await withTaskCancellationHandler {
            await withCheckedContinuation { subscription.openings[consumer] = $0 }
        } onCancel: {
            Task(executorPreference: executor) { await self.cancel(key, consumer) }
        }
        if let failure { throw failure }
    }

    /// Waits for messages.
    ///
    /// - Parameter wait: how long.
    /// - Throws: why there is no stream to the sidecar; `.cancelled` when the task is cancelled.
    func poll(
        _ key: Key, _ consumer: Int, _ terms: PullQueue.Terms, wait: Duration
    ) async throws(DaprError) -> Polled {
        guard let subscription = subscriptions[key], !isDraining else { return .ended }
        if case .closed = subscription.stream { open(key, subscription) }
        let executor = subscription.upstream.executor
        let result: Result<Polled, DaprError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                subscription.polls[consumer] = continuation
                let now = time.now()
                let handouts = subscription.queue.poll(
                    consumer, terms, until: now + wait, now: now)
                hand(handouts, of: subscription)
                setAlarm(key, subscription)
            }
        } onCancel: {
            Task(executorPreference: executor) { await self.cancel(key, consumer) }
        }
        return try result.get()
    }

    /// A consumer goes.
    ///
    /// - Parameter givesBack: whether its messages are offered to others at once.
    func leave(_ key: Key, _ consumer: Int, givesBack: Bool) {
        guard let subscription = subscriptions[key] else { return }
        hand(
            subscription.queue.leave(consumer, givesBack: givesBack, now: time.now()),
            of: subscription)
        setAlarm(key, subscription)
    }

    /// A consumer's task was cancelled.
    private func cancel(_ key: Key, _ consumer: Int) {
        guard let subscription = subscriptions[key] else { return }
        let error = DaprError(.cancelled, "the poll was cancelled")
        subscription.queue.cancel(consumer)
        subscription.polls.removeValue(forKey: consumer)?.resume(returning: .failure(error))
        subscription.openings.removeValue(forKey: consumer)?.resume(returning: error)
    }

    // MARK: - Answers

    /// What a consumer says about messages.
    enum Answer: String, Sendable, CaseIterable {
        /// They are done with.
        case success
        /// They are to be offered again, at once. The sidecar does not hear of it: it would lose them.
        case retry
        /// They are not wanted: to the dead-letter topic, or lost.
        case drop
    }

    /// Answers messages.
    ///
    /// - Returns: those for which it was in vain, and why.
    func answer(
        _ ids: [String], _ answer: Answer, of pubsub: String, _ topic: String
    ) async -> [(id: String, reason: String)] {
        var failures: [(id: String, reason: String)] = []
        var answered: [(id: String, message: TopicMessage)] = []
        let candidates = subscriptions.filter { $0.key.pubsub == pubsub && $0.key.topic == topic }
        for id in ids {
            let owner = candidates.first { $0.value.number(of: id) != nil }
            guard let (key, subscription) = owner, let number = subscription.number(of: id),
                let message = subscription.messages[number]
            else {
                failures.append(
                    (id, "no such message is held: it was answered, or its stream lost"))
                continue
            }
            let now = time.now()
            if answer == .retry {
                hand(subscription.queue.giveBack(number, now: now).1, of: subscription)
            } else {
                subscription.messages[number] = nil
                answered.append((id, message))
                hand(subscription.queue.remove(number, now: now).1, of: subscription)
                subscription.makeRoom()
            }
            setAlarm(key, subscription)
        }
        for (id, message) in answered {
            do throws(DaprError) {
                if answer == .success { try await message.ack() } else { try await message.drop() }
            } catch {
                failures.append((id, "the stream was lost before the answer: \(error.message)"))
            }
        }
        return failures
    }

    // MARK: - The stream to the sidecar

    private func open(_ key: Key, _ subscription: PullSubscription, after pause: Duration = .zero) {
        guard case .closed = subscription.stream else { return }
        subscription.attempt += 1
        subscription.stream = .opening
        let attempt = subscription.attempt
        let upstream = subscription.upstream
        subscription.task = Task(executorPreference: upstream.executor) {
            if pause > .zero { try? await self.time.sleep(pause) }
            await self.follow(key, attempt, upstream)
        }
    }

    /// Subscribes, and takes what comes until the stream ends.
    private func follow(_ key: Key, _ attempt: Int, _ upstream: Upstream) async {
        var failure: DaprError?
        do throws(DaprError) {
            let stream = try await upstream.api.subscribe(
                pubsub: key.pubsub, topic: key.topic, deadLetterTopic: nil, metadata: key.metadata,
                options: CallOptions())
            hasOpened(key, attempt)
            while let message = try await stream.next(), await take(message, key, attempt) {}
        } catch {
            failure = error
        }
        hasEnded(key, attempt, failure)
    }

    /// The subscription, unless that attempt was given up.
    private func subscription(_ key: Key, _ attempt: Int) -> PullSubscription? {
        guard let subscription = subscriptions[key], subscription.attempt == attempt else {
            return nil
        }
        return subscription
    }

    private func hasOpened(_ key: Key, _ attempt: Int) {
        guard let subscription = subscription(key, attempt) else { return }
        subscription.stream = .open
        for opening in exchange(&subscription.openings, with: [:]).values {
            opening.resume(returning: nil)
        }
    }

    /// Takes a message, then waits until there is room for another.
    ///
    /// - Returns: whether more is wanted.
    private func take(_ message: TopicMessage, _ key: Key, _ attempt: Int) async -> Bool {
        guard let subscription = subscription(key, attempt) else { return false }
        subscription.losses = 0
        let size = message.data.count + PullSubscription.overhead
        let (number, handouts) = subscription.queue.receive(size: size, now: time.now())
        subscription.messages[number] = message
        hand(handouts, of: subscription)
        setAlarm(key, subscription)
        while subscription.attempt == attempt, !subscription.queue.hasRoom {
            await withCheckedContinuation { subscription.room = $0 }
        }
        return subscription.attempt == attempt
    }

    /// The stream ended, or there was none. What it brought cannot be answered any more, so it is
    /// forgotten: brokers deliver it again.
    private func hasEnded(_ key: Key, _ attempt: Int, _ failure: DaprError?) {
        guard let subscription = subscription(key, attempt) else { return }
        let wasOpen = if case .open = subscription.stream { true } else { false }
        subscription.stream = .closed
        subscription.forgetMessages()
        if wasOpen {
            guard !subscription.polls.isEmpty else { return }
            // Those who wait need not know, if it can be made anew.
            subscription.losses += 1
            let pause = Duration.milliseconds(100) * (1 << min(subscription.losses - 1, 7))
            return open(key, subscription, after: pause * (1 - 0.2 * time.jitter()))
        }
        let error = failure ?? DaprError(.unavailable, "the sidecar ended the subscription")
        for opening in exchange(&subscription.openings, with: [:]).values {
            opening.resume(returning: error)
        }
        for (consumer, poll) in exchange(&subscription.polls, with: [:]) {
            subscription.queue.cancel(consumer)
            poll.resume(returning: .failure(error))
        }
    }

    private func close(_ key: Key, _ subscription: PullSubscription) {
        subscriptions[key] = nil
        // News of the stream is for nobody from now on.
        subscription.attempt += 1
        subscription.task?.cancel()
        subscription.alarm?.task.cancel()
        subscription.makeRoom()
        subscription.forgetMessages()
    }

    // MARK: - Handing out

    private func hand(_ handouts: [PullQueue.Handout], of subscription: PullSubscription) {
        for handout in handouts {
            let messages = handout.deliveries.compactMap { delivery in
                subscription.messages[delivery.message].map { message in
                    PulledMessage(
                        id: subscription.id(of: delivery.message), attempt: delivery.attempt,
                        message: message)
                }
            }
            subscription.polls.removeValue(forKey: handout.consumer)?
                .resume(returning: .success(.messages(messages)))
        }
    }

    // MARK: - Time

    /// Wakes when the queue wants to be; an alarm that is earlier does as well.
    private func setAlarm(_ key: Key, _ subscription: PullSubscription) {
        guard let due = subscription.queue.due else { return }
        if let alarm = subscription.alarm {
            guard due < alarm.due else { return }
            alarm.task.cancel()
        }
        let time = time
        subscription.alarm = Alarm(
            due: due,
            task: Task(executorPreference: subscription.upstream.executor) {
                // Cancelled: another alarm is set by now, or none is wanted.
                guard (try? await time.sleep(due - time.now())) != nil, !Task.isCancelled else {
                    return
                }
                await self.alarmRang(key, due)
            })
    }

    private func alarmRang(_ key: Key, _ due: ContinuousClock.Instant) {
        guard let subscription = subscriptions[key], subscription.alarm?.due == due else { return }
        subscription.alarm = nil
        let now = time.now()
        hand(subscription.queue.woke(now: now), of: subscription)
        if subscription.queue.isOver(now: now) {
            close(key, subscription)
        } else {
            setAlarm(key, subscription)
        }
    }

    // MARK: - The end

    /// Ends everybody's waiting; messages can still be answered.
    func drain() {
        isDraining = true
        for subscription in subscriptions.values {
            for opening in exchange(&subscription.openings, with: [:]).values {
                opening.resume(returning: nil)
            }
            for (consumer, poll) in exchange(&subscription.polls, with: [:]) {
                subscription.queue.cancel(consumer)
                poll.resume(returning: .success(.ended))
            }
        }
    }

    /// Closes the streams. Messages that were not answered stay so.
    func stop() {
        drain()
        for (key, subscription) in subscriptions { close(key, subscription) }
    }

    /// How many topics are subscribed to.
    var count: Int { subscriptions.count }
}
