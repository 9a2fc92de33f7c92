import EventLoop

/// Follows a configuration store: decides when to subscribe, when to read, what the consumer is
/// told, and when to give up. Knows neither tasks nor sockets.
///
/// The stream is a hint, never the truth: it tells changes only, misses those while it is away, and
/// can be dead while it looks alive (dapr/quirks.md B7). So everything is read after each
/// subscription, and again every now and then; and a stream that missed something is replaced.
struct ConfigurationWatch {
    /// How patient it is.
    struct Policy: Sendable, Hashable {
        /// How often what is known is confirmed by a read; zero for never.
        var confirmation: Duration = .seconds(60)
        /// How often it is read where there is no stream.
        var polling: Duration = .seconds(5)
        /// The pause after a first failure; it doubles with each that follows.
        var firstPause: Duration = .milliseconds(250)
        var longestPause: Duration = .seconds(30)
        /// How long a stream may take to say its id.
        var openTimeout: Duration = .seconds(10)
        /// A stream that lived this long had no trouble to begin with.
        var steadyAfter: Duration = .seconds(10)
        /// How often in a row an error that cannot get better may come once it has worked: while a
        /// sidecar loads a component anew, the store is unknown for a moment.
        var refusals = 3
    }

    /// What is to be done.
    enum Action: Equatable {
        /// Subscribe; what becomes of it is told with this number.
        case open(Int)
        /// Let go of that stream, and unsubscribe if it has said its id.
        case close(Int, id: String?)
        /// Read the watched items.
        case read
    }

    private enum Stream {
        case closed
        case opening
        case open(id: String, since: MonotonicTime)
        /// There is none over this API.
        case unsupported
    }

    private let policy: Policy
    private let keys: Set<String>
    private var view = ConfigurationView()

    private var stream = Stream.closed
    /// Counts the streams, so that news of one that was given up is recognised.
    private var number = 0
    private var streamFailures = 0
    /// When to subscribe again, or when to stop waiting for the id.
    private var streamDue: MonotonicTime?

    /// When the read that is under way began.
    private var readingSince: MonotonicTime?
    private var readFailures = 0
    private var readDue: MonotonicTime?
    /// The keys that the stream told of during the read.
    private var overtaken: Set<String> = []
    /// The keys of which the stream told something older than what is known: either it was late, or
    /// somebody went back to an old version. The next read tells.
    private var doubted: Set<String> = []
    private var readsAgain = false
    /// Whether a read is complete that began after the stream was open.
    private var hasReadSinceOpen = false

    private var refusals = 0
    /// When the last read that succeeded began.
    private(set) var confirmed: MonotonicTime?
    /// Why it ended by itself.
    private(set) var failure: DaprError?
    private(set) var isOver = false

    /// - Parameter keys: none for all.
    init(keys: [String], policy: Policy) {
        self.keys = Set(keys)
        self.policy = policy
    }

    /// What the consumer does not know yet, if there is anything.
    mutating func takeChange() -> ConfigurationChange? {
        confirmed == nil ? nil : view.takeChange()
    }

    /// When `woke` is to be called next.
    var due: MonotonicTime? {
        guard !isOver else { return nil }
        guard readingSince == nil, let readDue else { return streamDue }
        return streamDue.map { min($0, readDue) } ?? readDue
    }

    // MARK: - Time

    mutating func start(now: MonotonicTime) -> [Action] {
        subscribe(now)
    }

    /// Time has passed.
    ///
    /// - Parameter jitter: from 0 to 1, spreads what several clients do.
    mutating func woke(now: MonotonicTime, jitter: Double) -> [Action] {
        guard !isOver else { return [] }
        var actions: [Action] = []
        if let due = streamDue, due <= now {
            if case .opening = stream {
                let silence = DaprError(.deadlineExceeded, "the stream did not say its id")
                actions += [.close(number, id: nil)]
                actions += streamEnded(number, silence, now: now, jitter: jitter)
            } else {
                actions += subscribe(now)
            }
        }
        if readingSince == nil, let due = readDue, due <= now { actions += read(now) }
        return actions
    }

    /// Nobody wants to know any more.
    mutating func stop() -> [Action] {
        guard !isOver else { return [] }
        isOver = true
        return closeStream()
    }

    // MARK: - The stream

    private mutating func subscribe(_ now: MonotonicTime) -> [Action] {
        number += 1
        stream = .opening
        streamDue = now + policy.openTimeout
        hasReadSinceOpen = false
        return [.open(number)]
    }

    /// A message came. The first one means that changes are told from now on.
    mutating func received(
        _ update: ConfigurationUpdate, from number: Int, now: MonotonicTime
    ) -> [Action] {
        guard number == self.number, hasStream, !isOver else { return [] }
        var actions: [Action] = []
        if case .opening = stream {
            stream = .open(id: update.id, since: now)
            streamDue = nil
            actions += read(now)
        }
        for (key, item) in update.items where isWatched(key) {
            if view.note(key, item, from: .stream) == .stale { doubted.insert(key) }
            if readingSince != nil { overtaken.insert(key) }
        }
        return doubted.isEmpty ? actions : actions + read(now)
    }

    /// The stream ended, or could not be opened.
    mutating func streamEnded(
        _ number: Int, _ error: DaprError?, now: MonotonicTime, jitter: Double
    ) -> [Action] {
        guard number == self.number, hasStream, !isOver else { return [] }
        if case .open(_, let since) = stream, now - since >= policy.steadyAfter {
            streamFailures = 0
        }
        stream = .closed
        if let error, error.kind == .notSupported {
            stream = .unsupported
            streamDue = nil
            return read(now)
        }
        if let error, isFinal(error) { return end(error) }
        streamFailures += 1
        streamDue = now + pause(streamFailures, jitter)
        return []
    }

    private var hasStream: Bool {
        switch stream {
        case .closed, .unsupported: false
        case .opening, .open: true
        }
    }

    private mutating func closeStream() -> [Action] {
        defer { stream = .closed }
        switch stream {
        case .closed, .unsupported: return []
        case .opening: return [.close(number, id: nil)]
        case .open(let id, _): return [.close(number, id: id)]
        }
    }

    // MARK: - Reading

    private mutating func read(_ now: MonotonicTime) -> [Action] {
        guard readingSince == nil else {
            readsAgain = true
            return []
        }
        readingSince = now
        readsAgain = false
        overtaken = []
        return [.read]
    }

    /// A read gave the items that have a value.
    mutating func read(
        _ items: [String: ConfigurationItem], now: MonotonicTime, jitter: Double
    ) -> [Action] {
        guard let began = readingSince, !isOver else { return [] }
        readingSince = nil
        confirmed = began
        refusals = 0
        readFailures = 0
        var hasMissed = false
        for key in Set(items.keys).union(view.items.keys) where isWatched(key) {
            let isOvertaken = overtaken.contains(key)
            let outcome = view.note(
                key, items[key], from: isOvertaken ? .overtakenRead : .read)
            if outcome == .changed, !isOvertaken, !doubted.contains(key) { hasMissed = true }
        }
        scheduleRead(now, jitter)
        if readsAgain { return read(now) }
        doubted = []
        guard case .open(let id, let since) = stream, since <= began else { return [] }
        guard hasReadSinceOpen, hasMissed else {
            hasReadSinceOpen = true
            return []
        }
        // It looks alive and is not.
        return [.close(number, id: id)] + subscribe(now)
    }

    /// A read failed.
    mutating func readFailed(
        _ error: DaprError, now: MonotonicTime, jitter: Double
    ) -> [Action] {
        guard readingSince != nil, !isOver else { return [] }
        readingSince = nil
        if isFinal(error) { return end(error) }
        readFailures += 1
        readDue = now + pause(readFailures, jitter)
        return []
    }

    private mutating func scheduleRead(_ now: MonotonicTime, _ jitter: Double) {
        var interval = policy.confirmation
        if case .unsupported = stream { interval = policy.polling }
        readDue = interval > .zero ? now + interval * (0.9 + 0.2 * jitter) : nil
    }

    // MARK: - Failing

    /// Whether trying again is in vain.
    private mutating func isFinal(_ error: DaprError) -> Bool {
        switch error.kind {
        case .noSuchComponent, .invalidArgument, .denied, .unauthenticated, .notSupported,
            .tooLarge:
            refusals += 1
            return confirmed == nil || refusals >= policy.refusals
        default: return false
        }
    }

    private mutating func end(_ error: DaprError) -> [Action] {
        failure = error
        isOver = true
        return closeStream()
    }

    private func pause(_ failures: Int, _ jitter: Double) -> Duration {
        let doubled = policy.firstPause * (1 << min(failures - 1, 16))
        return min(doubled, policy.longestPause) * (1 - 0.2 * jitter)
    }

    private func isWatched(_ key: String) -> Bool {
        keys.isEmpty || keys.contains(key)
    }
}
