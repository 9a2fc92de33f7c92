import EventLoop
import HTTP2

/// A call with messages in both directions, as its handler sees it.
///
/// Lives on the loop; the handler's task prefers the loop too, so nothing hops.
actor GRPCStreamCall {
    /// The full path.
    nonisolated let method: String
    /// The request's header fields.
    nonisolated let metadata: HeaderBlock
    nonisolated let trace: TraceContext
    /// The longest message, in bytes.
    nonisolated let limit: Int
    private nonisolated let loop: EventLoop
    private let incoming: ByteChannel
    private let output: LoopBound<any GRPCOutput>
    private var isLate = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    init(
        request: GRPCRequest, incoming: ByteChannel, output: LoopBound<any GRPCOutput>,
        limit: Int, loop: EventLoop
    ) {
        self.limit = limit
        method = request.method
        metadata = request.metadata
        trace = request.trace
        self.incoming = incoming
        self.output = output
        self.loop = loop
    }

    /// The next message of the client; nil when it has half-closed.
    ///
    /// - Throws: `GRPCStatus` when what came is no message, `CancellationError` when the call is
    ///   over.
    func next() async throws -> [UInt8]? {
        // A chunk is a frame: the flag byte that the connection has checked already, so that an
        // empty message is not an empty chunk, and the message.
        guard let chunk = try await incoming.next() else { return nil }
        return Array(chunk.dropFirst())
    }

    /// The next message, if it comes soon enough.
    ///
    /// - Throws: as `next()`; `GRPCStatus.deadlineExpired` when the time is up, after which nothing
    ///   more can be read.
    func next(within time: Duration) async throws -> [UInt8]? {
        let timer = loop.schedule(after: time) { [self] in
            assumeIsolated { call in
                call.isLate = true
                call.incoming.assumeIsolated { $0.abandon() }
            }
        }
        defer { loop.cancel(timer) }
        do {
            return try await next()
        } catch {
            throw isLate ? GRPCStatus.deadlineExpired : error
        }
    }

    /// Sends metadata ahead of the first message; without it that message takes it along.
    func sendHeaders(_ headers: [(name: String, value: String)]) {
        output.value.sendHead(headers)
    }

    /// Sends a message, and waits until the client has taken enough of what was sent.
    func send(_ message: [UInt8]) async {
        output.value.send(message)
        await output.value.waitUntilWritable()
    }
}

/// The sending side of a call; on the loop.
protocol GRPCOutput: AnyObject {
    func sendHead(_ headers: [(name: String, value: String)])
    func send(_ message: [UInt8])
    /// Returns when the client has taken enough, or the call is over. For one task at a time.
    func waitUntilWritable() async
}
