import HTTP2

/// One HTTP/2 request as the transports hand it to the pool.
struct ExchangeRequest: Sendable {
    /// What is sent after the head.
    enum Content: Sendable {
        case bytes([UInt8])
        /// Pulled chunk by chunk as the sidecar takes it.
        case stream(@Sendable () async throws -> [UInt8]?)
        /// These, and then what the caller sends while the exchange is open.
        case open([UInt8])
    }

    /// What becomes of the response's content.
    enum Reception: Sendable {
        /// gRPC messages, each at most this long.
        case messages(limit: Int)
        /// All of it in memory, at most this long.
        case bytes(limit: Int)
        /// Given on as it comes, at the consumer's pace; at once where the head says that it is at
        /// most this long.
        case stream(bufferedUpTo: Int)
        /// Put into the exchange's channel as it comes, which is there from the beginning.
        case channel
    }

    var head: HeaderBlock
    var content = Content.bytes([])
    var reception: Reception
    /// In all; between two signs of progress where content is streamed.
    var timeout: Duration
    /// Otherwise `timeout` only limits how long opening the stream may take.
    var hasDeadline = true
    /// Dials although the pool is in back-off.
    var isProbe = false
    /// Changes nothing, so that it can be repeated when its connection is lost.
    var isRead = false
    /// May be sent a second time where that is safe.
    var allowsRetry = true
    /// Waits for a sidecar that cannot be reached, until the deadline.
    var waitsForSidecar = false

    /// Whether it may be sent again after a stream that ended so: the sidecar did not process it, or
    /// it changes nothing and only the connection was lost.
    func isRepeatable(after closure: StreamClosure) -> Bool {
        guard case .bytes = content, allowsRetry else { return false }
        return closure.isUnprocessed || isRead && closure.isLoss
    }
}

/// What came back.
struct ExchangeResponse: Sendable {
    /// The head; for a gRPC answer of trailers only it holds these.
    var head: HeaderBlock
    /// The content, or the gRPC message.
    var body: [UInt8] = []
    /// How many gRPC messages came; `body` is the first.
    var messageCount = 0
    /// The fields after the content.
    var trailers: HeaderBlock?
    /// The rest of a streamed response.
    var stream: BodyReader?
}
