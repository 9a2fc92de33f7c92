import EventLoop
import HTTP2

/// One request on its way: it waits in the pool, then is a stream of a connection, and ends once.
///
/// Sound as Sendable: after its making everything happens on the loop's thread. Other threads only
/// carry the reference, to post a cancellation.
final class Exchange: @unchecked Sendable {
    typealias Outcome = Result<ExchangeResponse, DaprError>

    /// Who waits for the outcome.
    enum Caller: ~Copyable {
        case task(OneShotContinuation<Outcome>)
        /// Code on the loop that has no task.
        case function((consuming Outcome) -> Void)

        consuming func resume(returning outcome: consuming Outcome) {
            switch consume self {
            case .task(let continuation): continuation.resume(returning: outcome)
            case .function(let completion): completion(outcome)
            }
        }
    }

    /// How long a streamed answer may stand still: it has no deadline.
    private static let idleTimeout: Duration = .seconds(30)

    enum Place {
        case new
        case waiting
        case running(on: SidecarConnection, HTTP2Stream)
        case over
    }

    let request: ExchangeRequest
    /// Held, because a client lives as long as its calls; its core lives as long as the pool.
    private let pool: SidecarPool
    private var caller: Caller?
    /// For what is streamed; the others are among the core's deadlines.
    private var timer: LoopTimer?
    /// Where the core's deadlines have it.
    var deadlineSlot: Int?
    var place = Place.new
    /// How often a stream was opened for it.
    var attempts = 0

    var response: ExchangeResponse?
    var decoder: MessageDecoder?
    var channel: ByteChannel?
    /// Why it waits, when the sidecar cannot be reached.
    var obstacle: String?
    /// Something moved since the timer was set.
    var hasProgressed = false
    private(set) var isOver = false
    /// Why it is over, if it did not end well.
    private(set) var failure: DaprError?

    private let started: MonotonicTime
    let deadline: MonotonicTime
    private var isAnswered = false
    private var isUploading = false
    private var upload: Task<Void, Never>?
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(_ request: consuming ExchangeRequest, in pool: SidecarPool) {
        started = pool.loop.now
        deadline = started + request.timeout
        self.request = request
        self.pool = pool
    }

    var core: SidecarCore { pool.core }

    /// Takes the caller who waits, if there is one; before anything else happens.
    func hold(_ caller: consuming Caller) {
        self.caller = consume caller
    }

    /// Starts the clock.
    func begin() {
        if isStreamed { setTimer() } else { core.deadlines.add(self) }
    }

    var isStreamed: Bool {
        if case .stream = request.reception { return true }
        if case .bytes = request.content { return false }
        return true
    }

    // MARK: - The stream

    /// Opens a stream for this exchange.
    func run(on connection: SidecarConnection) throws(HTTP2Error) {
        var bytes: [UInt8] = []
        var end = true
        switch request.content {
        case .bytes(let content): bytes = content
        case .stream: end = false
        case .open(let content):
            bytes = content
            end = false
        }
        let stream = try connection.open(request.head, body: bytes, end: end, handler: self)
        attempts += 1
        place = .running(on: connection, stream)
        if case .messages(let limit) = request.reception {
            decoder = MessageDecoder(limit: limit)
        }
        switch request.content {
        case .bytes: break
        case .stream(let next): startUpload(next)
        case .open: isUploading = true
        }
        if !request.hasDeadline { stopTimer() }
        resumeWaiters()
    }

    /// Whether another stream may be opened after one that ended so.
    func isRepeatable(after closure: StreamClosure) -> Bool {
        attempts < 2 && response == nil && !isOver && request.isRepeatable(after: closure)
    }

    var stream: HTTP2Stream? {
        if case .running(_, let stream) = place { stream } else { nil }
    }

    // MARK: - The end

    /// The sidecar's clock may be a little ahead when it gives a call up at its deadline.
    var isDeadlineNear: Bool {
        request.hasDeadline && deadline - core.loop.now < .milliseconds(50)
    }

    /// The caller's task was cancelled.
    func cancel() {
        fail(DaprError(.cancelled, "the call was cancelled"))
    }

    func timeIsUp() {
        timer = nil
        if isStreamed, hasProgressed {
            hasProgressed = false
            return setTimer()
        }
        let reason = obstacle.map { ": \($0)" } ?? ""
        fail(DaprError(.deadlineExceeded, "nothing came within \(patience)\(reason)"))
    }

    /// How long nothing may happen.
    private var patience: Duration { isAnswered ? Self.idleTimeout : request.timeout }

    private func setTimer() {
        stopTimer()
        timer = core.loop.schedule(after: patience) { self.timeIsUp() }
    }

    private func stopTimer() {
        core.deadlines.remove(self)
        if let timer { core.loop.cancel(timer) }
        timer = nil
    }

    func fail(_ error: DaprError) {
        finish(.failure(error))
    }

    /// Everything has come. The response moves to the caller; without one it stays here, for those
    /// who read the exchange itself.
    func succeed() {
        guard let response = caller == nil ? response : response.take() else { return }
        finish(.success(response))
    }

    /// Gives the caller its answer, and lets go of everything but the stream's own end.
    func finish(_ outcome: consuming Outcome) {
        let outcome = consume outcome
        guard !isOver else { return }
        isOver = true
        core.observer?.ended(request.head, outcome, after: core.loop.now - started)
        stopTimer()
        if case .waiting = place {
            core.withdraw(self)
            place = .over
        }
        var isFailure = false
        if case .failure(let error) = outcome {
            failure = error
            isFailure = true
        }
        upload?.cancel()
        resumeWaiters()
        if let channel {
            let failure = failure
            channel.assumeIsolated { $0.finish(throwing: failure) }
            self.channel = nil
        }
        if let stream, isFailure || stream.pendingBytes > 0 || isUploading {
            stream.reset(.cancel)
        }
        if let caller = caller.take() { caller.resume(returning: outcome) }
    }

    /// Answers the caller with the head, while content goes on to come.
    func answer(_ response: ExchangeResponse) {
        isAnswered = true
        setTimer()
        if let caller = caller.take() { caller.resume(returning: .success(response)) }
    }

    // MARK: - Streamed content

    private func startUpload(_ next: @escaping @Sendable () async throws -> [UInt8]?) {
        isUploading = true
        upload = Task(executorPreference: core.loop) { [pool] in
            await pool.upload(next, for: self)
        }
    }

    /// Sends one chunk of the request's content.
    ///
    /// - Returns: whether more can follow at once; otherwise wait for a change.
    func send(_ chunk: [UInt8]) -> Bool {
        hasProgressed = true
        guard let stream, !isOver else { return true }
        stream.send(chunk)
        return stream.isWritable
    }

    func endUpload() {
        isUploading = false
        guard let stream, !isOver else { return }
        stream.send([], end: true)
    }

    /// Keeps the continuation until the stream is open, has a head, takes more or is over.
    func waitForChange(_ waiter: CheckedContinuation<Void, Never>) {
        guard !isOver else { return waiter.resume() }
        waiters.append(waiter)
    }

    func resumeWaiters() {
        hasProgressed = true
        guard !waiters.isEmpty else { return }
        let due = waiters
        waiters = []
        for waiter in due { waiter.resume() }
    }

    /// Tells the pool that the stream is gone.
    func ended(on connection: SidecarConnection, _ closure: StreamClosure) {
        place = .over
        core.ended(self, on: connection, closure)
    }
}

extension Exchange: Equatable {
    static func == (left: Exchange, right: Exchange) -> Bool { left === right }
}
