import DequeModule

/// A bounded queue of byte chunks from one producer to one consumer, both of which may live on the
/// loop without a hop: how bodies travel between a socket and an async function.
///
/// The producer learns from `offer` when to pause and is called back when the consumer has caught
/// up; so at most `capacity` bytes plus one chunk wait in memory.
public actor ByteChannel {
    private nonisolated let loop: EventLoop
    private nonisolated let capacity: Int
    private enum State {
        case open
        /// The producer is through; the error is thrown once, after the chunks.
        case finished((any Error)?)
        /// The consumer does not read any more.
        case abandoned
    }

    private var state = State.open
    private var chunks: Deque<[UInt8]> = []
    private var bytes = 0
    private var isPaused = false
    private var waiting: CheckedContinuation<[UInt8]?, any Error>?
    private var onTaken: ((Int) -> Void)?
    private var onResume: (() -> Void)?
    private var onAbandon: (() -> Void)?

    /// The loop's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    /// Makes an empty channel.
    ///
    /// - Parameters:
    ///   - loop: whose thread the channel lives on.
    ///   - capacity: how many bytes may wait before the producer is asked to pause.
    public init(loop: EventLoop, capacity: Int) {
        self.loop = loop
        self.capacity = capacity
    }

    // MARK: - Producer, on the loop (`assumeIsolated`)

    /// Says what the producer wants to be told.
    ///
    /// - Parameters:
    ///   - taken: called with the number of bytes that the consumer took, or that were dropped
    ///     because it abandoned the channel.
    ///   - resume: called once after `offer` returned false, when there is room again.
    ///   - abandon: called when the consumer will not read any more, before the end. What is offered
    ///     after that is dropped and not reported.
    public func setProducer(
        taken: ((Int) -> Void)? = nil, resume: (() -> Void)? = nil,
        abandon: (() -> Void)? = nil
    ) {
        onTaken = taken
        onResume = resume
        onAbandon = abandon
    }

    /// Adds a chunk.
    ///
    /// - Returns: false when the channel is full: pause until `resume` is called.
    public func offer(_ chunk: [UInt8]) -> Bool {
        guard case .open = state, !chunk.isEmpty else { return true }
        if let consumer = waiting.take() {
            onTaken?(chunk.count)
            consumer.resume(returning: chunk)
            return true
        }
        chunks.append(chunk)
        bytes += chunk.count
        isPaused = bytes >= capacity
        return !isPaused
    }

    /// Ends the channel; chunks that wait are still delivered, before the error if there is one.
    public func finish(throwing error: (any Error)? = nil) {
        guard case .open = state else { return }
        let consumer = waiting.take()
        state = .finished(consumer == nil ? error : nil)
        dropProducer()
        if let error { consumer?.resume(throwing: error) } else { consumer?.resume(returning: nil) }
    }

    // MARK: - Consumer

    /// The next chunk; nil at the end.
    ///
    /// - Throws: what `finish(throwing:)` was given, once; `CancellationError` when the task is
    ///   cancelled while it has to wait, which also abandons the channel, or when it was abandoned.
    public func next() async throws -> [UInt8]? {
        if let chunk = chunks.popFirst() {
            took(chunk.count)
            return chunk
        }
        switch state {
        case .finished(let error):
            state = .finished(nil)
            if let error { throw error }
            return nil
        case .open where !Task.isCancelled:
            return try await wait()
        case .open, .abandoned:
            abandon()
            throw CancellationError()
        }
    }

    private func took(_ count: Int) {
        bytes -= count
        onTaken?(count)
        if case .finished = state { return dropProducer() }
        if isPaused, bytes <= capacity / 2 {
            isPaused = false
            onResume?()
        }
    }

    private func wait() async throws -> [UInt8]? {
        precondition(waiting == nil, "a byte channel has one consumer")
        return try await withTaskCancellationHandler {
            // Nothing suspends since `next()` looked at the state, so nothing can have come.
            try await withCheckedThrowingContinuation { waiting = $0 }
        } onCancel: {
            // In a later turn: by then the continuation is stored, even if this comes before that.
            loop.execute { self.assumeIsolated { $0.abandon() } }
        }
    }

    /// Says that nobody will read any more: what waits is dropped and the producer is told.
    public func abandon() {
        waiting.take()?.resume(throwing: CancellationError())
        var tell: (() -> Void)?
        switch state {
        case .open: tell = onAbandon
        case .finished where chunks.isEmpty: return
        case .finished: break
        case .abandoned: return
        }
        state = .abandoned
        chunks.removeAll()
        let dropped = exchange(&bytes, with: 0)
        if dropped > 0 { onTaken?(dropped) }
        dropProducer()
        tell?()
    }

    /// The closures hold the producer; letting go of them breaks the cycle.
    private func dropProducer() {
        onResume = nil
        onAbandon = nil
        if chunks.isEmpty { onTaken = nil }
    }
}
