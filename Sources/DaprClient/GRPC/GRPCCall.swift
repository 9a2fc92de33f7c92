import DequeModule
import EventLoop
import HTTP2

/// A gRPC call whose messages come and go while it is open.
///
/// Messages are pulled: the sidecar may send on only as they are taken, so that at most a stream's
/// window of them waits. When the call is let go before its end, its stream is reset.
actor GRPCCall {
    private nonisolated let loop: EventLoop
    private let exchange: Exchange
    private let channel: ByteChannel
    private let block: BuildingBlock
    private let limit: Int
    private var decoder: MessageDecoder
    /// Complete messages of the chunk that was read last.
    private var messages: Deque<[UInt8]> = []
    private var isReading = false
    private var isSendingFinished: Bool
    private var end: Result<Void, DaprError>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    /// - Parameters:
    ///   - exchange: just started, with a channel.
    ///   - block: says what the sidecar's errors mean.
    ///   - limit: the longest message that is taken, in bytes.
    init(
        _ exchange: Exchange, channel: ByteChannel, on loop: EventLoop, in block: BuildingBlock,
        limit: Int
    ) {
        self.loop = loop
        self.exchange = exchange
        self.channel = channel
        self.block = block
        self.limit = limit
        decoder = MessageDecoder(limit: limit)
        isSendingFinished = if case .open = exchange.request.content { false } else { true }
    }

    deinit {
        let exchange = exchange
        loop.execute { exchange.cancel() }
    }

    /// Waits until the stream is open.
    func opened() async throws(DaprError) {
        await wait { $0.stream != nil }
        // One that is over by now may have been open, and then its answer is still to be read.
        if exchange.attempts == 0, let failure = exchange.failure { throw failure }
    }

    // MARK: - Sending

    /// Sends a framed message, and waits until the stream takes more.
    ///
    /// - Throws: why the call is over. What the sidecar said is to be had from `next()` then.
    func send(_ message: [UInt8]) async throws(DaprError) {
        guard !isSendingFinished else {
            throw DaprError(.invalidArgument, "nothing can be sent after the end of sending")
        }
        guard message.count - MessageFraming.prefixSize <= limit else {
            throw DaprError(
                .tooLarge,
                "the message has \(message.count - MessageFraming.prefixSize) bytes, the limit is "
                    + "\(limit)")
        }
        if !exchange.isOver, !exchange.send(message) {
            await wait { $0.stream?.isWritable ?? true }
        }
        guard exchange.isOver else { return }
        throw exchange.failure
            ?? DaprError(.unavailable, "the call has ended, so nothing more can be sent")
    }

    /// Says that no message follows; messages go on to come.
    func finishSending() {
        guard !isSendingFinished else { return }
        isSendingFinished = true
        exchange.endUpload()
    }

    // MARK: - Receiving

    /// The next message; nil when the call ended well.
    ///
    /// - Throws: how the call ended otherwise, again whenever it is asked.
    func next() async throws(DaprError) -> [UInt8]? {
        guard !isReading else {
            throw DaprError(.invalidArgument, "one task at a time can read a call's messages")
        }
        isReading = true
        defer { isReading = false }
        while true {
            if let message = messages.popFirst() { return message }
            if let end {
                try end.get()
                return nil
            }
            do throws(DaprError) {
                if let chunk = try await nextChunk() {
                    try decode(chunk)
                } else {
                    try finish()
                    end = .success(())
                }
            } catch {
                exchange.fail(error)
                end = .failure(error)
            }
        }
    }

    /// The first message, for which a call without a deadline waits no longer than for its opening:
    /// both together have the default timeout.
    func first() async throws(DaprError) -> [UInt8]? {
        guard !exchange.request.hasDeadline else { return try await next() }
        let exchange = exchange
        let timer = loop.schedule(after: exchange.deadline - loop.now) {
            exchange.fail(
                DaprError(
                    .deadlineExceeded, "nothing came within \(exchange.request.timeout)"))
        }
        defer { loop.cancel(timer) }
        return try await next()
    }

    private func nextChunk() async throws(DaprError) -> [UInt8]? {
        do {
            return try await channel.next()
        } catch let error as DaprError {
            throw error
        } catch {
            throw exchange.failure ?? DaprError(.cancelled, "the call was cancelled")
        }
    }

    private func decode(_ chunk: [UInt8]) throws(DaprError) {
        try checkContent()
        do throws(FramingError) {
            try decoder.decode(chunk.span) { messages.append($0) }
        } catch .tooLong(_, let limit) {
            throw DaprError(
                .tooLarge, "the sidecar's message is longer than the limit of \(limit) bytes")
        } catch {
            throw DaprError(.malformedResponse, "the sidecar's answer is not a gRPC message")
        }
    }

    /// Throws when the answer's content is no gRPC; it says nothing then that could be read.
    private func checkContent() throws(DaprError) {
        guard let response = exchange.response, !GRPCStatus.hasGRPCContent(response.head) else {
            return
        }
        guard response.head.status == 200 else {
            throw DaprError(GRPCStatus(response), in: block)
        }
        throw DaprError(.malformedResponse, "the answer's content is not gRPC's")
    }

    /// Reads the status, when everything has come.
    private func finish() throws(DaprError) {
        guard let response = exchange.response else {
            throw DaprError(.malformedResponse, "the sidecar's answer is not complete")
        }
        if GRPCStatus.isOK(response) {
            guard decoder.isAtBoundary else {
                throw DaprError(.malformedResponse, "the sidecar's answer ends in a message")
            }
            return
        }
        try checkContent()
        guard (response.trailers ?? response.head).bytes(of: "grpc-status") != nil else {
            throw DaprError(.malformedResponse, "the sidecar's answer ends without a status")
        }
        throw DaprError(GRPCStatus(response), in: block)
    }

    // MARK: - Metadata

    /// The head of the answer, as soon as it is there. An answer of trailers only has them here.
    func head() async throws(DaprError) -> HeaderBlock {
        await wait { $0.response != nil }
        if let response = exchange.response { return response.head }
        throw exchange.failure
            ?? DaprError(.malformedResponse, "the sidecar's answer is not complete")
    }

    /// The fields after the last message; nil before the end.
    var trailers: HeaderBlock? {
        guard let response = exchange.response, exchange.isOver else { return nil }
        return response.trailers ?? response.head
    }

    // MARK: - Ending it

    /// Gives the call up; whoever waits for something hears `.cancelled`.
    nonisolated func cancel() {
        loop.execute { self.exchange.cancel() }
    }

    /// Waits until the exchange is over or as wanted. Cancelling the task ends the exchange.
    private func wait(until isReached: @escaping @Sendable (Exchange) -> Bool) async {
        guard !exchange.isOver, !isReached(exchange) else { return }
        let exchange = exchange
        let loop = loop
        await withTaskCancellationHandler {
            await waitUncancelled(until: isReached)
        } onCancel: {
            loop.execute { exchange.cancel() }
        }
    }

    /// On the loop all the way, so that nothing happens between a look and the wait for a change.
    private func waitUncancelled(until isReached: @Sendable (Exchange) -> Bool) async {
        while !exchange.isOver, !isReached(exchange) {
            await withCheckedContinuation { exchange.waitForChange($0) }
        }
    }
}
