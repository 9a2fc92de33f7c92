import DequeModule

/// A bounded queue of byte chunks from one producer to one consumer, both of which may live on the
/// loop without a hop: how bodies travel between a socket and an async function.
///
/// The producer learns from `offer` when to pause and is called back when the consumer has caught
/// up; so at most `capacity` bytes plus one chunk wait in memory.
public actor ByteChannel {
    private nonisolated let loop: EventLoop
    private nonisolated let capacity: Int
    private var chunks: Deque<[UInt8]> = []
    private var bytes = 0
    private var isPaused = false
    private var isFinished = false
    private var isAbandoned = false
    private var failure: (any Error)?
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
    ///   - taken: called with the number of bytes that the consumer took.
    ///   - resume: called once after `offer` returned false, when there is room again.
    ///   - abandon: called when the consumer will not read any more, before the end.
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
        guard !isFinished, !isAbandoned, !chunk.isEmpty else { return true }
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
        guard !isFinished else { return }
        isFinished = true
        failure = error
        dropProducer()
        guard let consumer = waiting.take() else { return }
        if let error { consumer.resume(throwing: error) } else { consumer.resume(returning: nil) }
    }

    // MARK: - Consumer

    /// The next chunk; nil at the end.
    ///
    /// - Throws: what `finish(throwing:)` was given; `CancellationError` when the task is cancelled,
    ///   which also abandons the channel.
    public func next() async throws -> [UInt8]? {
        if let chunk = chunks.popFirst() {
            bytes -= chunk.count
            onTaken?(chunk.count)
            if isPaused, bytes <= capacity / 2 {
                isPaused = false
                onResume?()
            }
            return chunk
        }
        if isFinished {
            defer { failure = nil }
            if let failure { throw failure }
            return nil
        }
        if isAbandoned || Task.isCancelled {
            abandon()
            throw CancellationError()
        }
        precondition(waiting == nil, "a byte channel has one consumer")
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiting = $0 }
        } onCancel: {
            Task { await self.abandon() }
        }
    }

    /// Says that nobody will read any more: what waits is dropped and the producer is told.
    public func abandon() {
        if let consumer = waiting.take() { consumer.resume(throwing: CancellationError()) }
        guard !isFinished, !isAbandoned else { return }
        isAbandoned = true
        chunks.removeAll()
        bytes = 0
        let tell = onAbandon
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
