import EventLoop
import HTTP2
import SwiftProtobuf

/// The sidecar's gRPC API as a `DaprAPI`.
struct GRPCTransport: Sendable {
    let pool: SidecarPool
    let settings: TransportSettings
    /// The fields that every request has.
    private let fields: HeaderBlock
    /// The same and the usual deadline.
    private let fieldsWithTimeout: HeaderBlock

    init(pool: SidecarPool, settings: TransportSettings) throws(DaprError) {
        self.pool = pool
        self.settings = settings
        var fields = HeaderBlock(capacity: 256)
        do throws(HeaderFieldError) {
            try fields.append(":method", "POST")
            try fields.append(":scheme", pool.endpoint.scheme)
            try fields.append(":authority", pool.endpoint.authority)
            try fields.append("content-type", "application/grpc")
            try fields.append("te", "trailers")
            try fields.append("user-agent", settings.userAgent)
            if let token = settings.apiToken {
                try fields.append("dapr-api-token", token, neverIndexed: true)
            }
        } catch {
            throw DaprError(error)
        }
        self.fields = fields
        do throws(HeaderFieldError) {
            try fields.append("grpc-timeout", GRPCTimeout.format(settings.timeout))
        } catch {
            throw DaprError(error)
        }
        fieldsWithTimeout = fields
    }

    /// Calls a unary method.
    func call<Request, Response>(
        _ rpc: RPC<Request, Response>, _ request: Request, in block: BuildingBlock,
        _ options: CallOptions
    ) async throws(DaprError) -> Response {
        let response = try await exchange(rpc, Self.frame(request), block, options)
        return try Self.message(response)
    }

    // Inlined, because each level of asynchronous calls has a frame to allocate.

    /// Sends a framed message, and waits for an answer that is OK.
    @inline(__always)
    func exchange<Request, Response>(
        _ rpc: RPC<Request, Response>, _ message: [UInt8], _ block: BuildingBlock,
        _ options: CallOptions, isProbe: Bool = false
    ) async throws(DaprError) -> ExchangeResponse {
        let response = try await send(rpc, message, options, isProbe: isProbe)
        try Self.check(response, block)
        return response
    }

    /// Throws unless an answer is OK and one message.
    private static func check(
        _ response: ExchangeResponse, _ block: BuildingBlock
    ) throws(DaprError) {
        guard GRPCStatus.isOK(response) else {
            throw DaprError(GRPCStatus(response), in: block)
        }
        guard response.messageCount == 1 else {
            throw DaprError(
                .malformedResponse, "the answer has \(response.messageCount) messages, not one")
        }
    }

    /// Sends a framed message without a task.
    ///
    /// - Parameter decode: reads the message of an answer that is OK.
    func begin<Request, Response, Answer>(
        _ rpc: RPC<Request, Response>, _ message: [UInt8], _ block: BuildingBlock,
        _ options: CallOptions, decode: @escaping ([UInt8]) throws(DaprError) -> Answer,
        completion: @escaping (consuming Result<Answer, DaprError>) -> Void
    ) throws(DaprError) -> PendingCall {
        pool.begin(try request(rpc, message, options)) {
            (outcome: consuming Exchange.Outcome) in
            switch consume outcome {
            case .failure(let error): completion(.failure(error))
            case .success(let response):
                do throws(DaprError) {
                    try Self.check(response, block)
                    completion(.success(try decode(response.body)))
                } catch {
                    completion(.failure(error))
                }
            }
        }
    }

    /// Sends a framed message, and waits for whatever comes back.
    @inline(__always)
    func send<Request, Response>(
        _ rpc: RPC<Request, Response>, _ message: [UInt8], _ options: CallOptions,
        extra: HeaderBlock? = nil, isProbe: Bool = false
    ) async throws(DaprError) -> ExchangeResponse {
        let request = try request(rpc, message, options, extra: extra, isProbe: isProbe)
        return try await pool.perform(request).get()
    }

    /// The request that carries a framed message.
    private func request<Request, Response>(
        _ rpc: RPC<Request, Response>, _ message: [UInt8], _ options: CallOptions,
        extra: HeaderBlock? = nil, isProbe: Bool = false
    ) throws(DaprError) -> ExchangeRequest {
        try settings.check(message: message.count - MessageFraming.prefixSize)
        let timeout = options.timeout ?? settings.timeout
        return ExchangeRequest(
            head: try head(rpc.pathField, timeout: timeout, options.trace, extra: extra),
            content: .bytes(message), reception: .messages(limit: settings.maxMessageSize),
            timeout: timeout, isProbe: isProbe, isRead: rpc.isRead,
            allowsRetry: options.allowsRetry, waitsForSidecar: settings.waits(options))
    }

    /// The head of a request to a path that is not one of ours.
    func head(
        _ path: String, timeout: Duration?, _ trace: TraceContext, extra: HeaderBlock?
    ) throws(DaprError) -> HeaderBlock {
        let pathField: HeaderBlock
        do throws(HeaderFieldError) {
            pathField = try HeaderBlock(path: path)
        } catch {
            throw DaprError(error)
        }
        return try head(pathField, timeout: timeout, trace, extra: extra)
    }

    /// The head of a request.
    ///
    /// - Parameter path: the field `:path`.
    func head(
        _ path: HeaderBlock, timeout: Duration?, _ trace: TraceContext, extra: HeaderBlock?
    ) throws(DaprError) -> HeaderBlock {
        var head = HeaderBlock(capacity: 512)
        head.append(contentsOf: path)
        do throws(HeaderFieldError) {
            if timeout == settings.timeout {
                head.append(contentsOf: fieldsWithTimeout)
            } else {
                head.append(contentsOf: fields)
                if let timeout { try head.append("grpc-timeout", GRPCTimeout.format(timeout)) }
            }
            try head.append(trace)
        } catch {
            throw DaprError(error)
        }
        if let extra { head.append(contentsOf: extra) }
        return head
    }

    static func frame(_ message: some Message) throws(DaprError) -> [UInt8] {
        do {
            let content: [UInt8] = try message.serializedBytes()
            var bytes = MessageFraming.begin(capacity: content.count)
            bytes.append(contentsOf: content)
            MessageFraming.finish(&bytes)
            return bytes
        } catch {
            throw DaprError(.invalidArgument, "the request cannot be encoded: \(error)")
        }
    }

    static func message<Response: Message>(
        _ response: ExchangeResponse
    ) throws(DaprError) -> Response {
        try message(response.body)
    }

    static func message<Response: Message>(_ bytes: [UInt8]) throws(DaprError) -> Response {
        do {
            return try Response(serializedBytes: bytes)
        } catch {
            throw DaprError(.malformedResponse, "the sidecar's message cannot be read: \(error)")
        }
    }
}

/// What both transports are told.
struct TransportSettings: Sendable {
    var apiToken: String?
    var userAgent = "daprgw/0.1.0"
    /// How long a call may take when it does not say.
    var timeout: Duration = .seconds(10)
    /// The longest value, event or body, in bytes, in each direction.
    var maxBodySize = 4 << 20
    /// The longest header list of the HTTP API, in bytes.
    var headerLimit = 3584

    /// Whether calls wait for a sidecar that cannot be reached, when they do not say.
    var waitsForSidecar = false

    func waits(_ options: CallOptions) -> Bool { options.waitsForSidecar ?? waitsForSidecar }

    /// The longest message with a value in it: names, metadata and framing come on top. Their own
    /// lengths are limited elsewhere, and the sidecar has the last word.
    var maxMessageSize: Int { maxBodySize + 64 << 10 }

    /// Throws when a value, event or body is too large to be sent.
    func check(body count: Int) throws(DaprError) {
        guard count <= maxBodySize else {
            throw DaprError(
                .tooLarge, "the content has \(count) bytes, the limit is \(maxBodySize)")
        }
    }

    /// Throws when a message is too large to be sent.
    func check(message count: Int) throws(DaprError) {
        guard count <= maxMessageSize else {
            throw DaprError(
                .tooLarge, "the message has \(count) bytes, the limit is \(maxMessageSize)")
        }
    }

    /// Throws when an operation's value is too large to be sent.
    func check(_ operation: StateOperation) throws(DaprError) {
        try StateKey.check(operation.key)
        if case .upsert(let item) = operation { try check(body: item.value.count) }
    }
}

/// `grpc-timeout` (dapr/grpc-api.md section 19.5).
enum GRPCTimeout {
    /// A duration in the finest unit that needs at most eight digits, rounded up.
    static func format(_ duration: Duration) -> String {
        let limit: Int64 = 99_999_999
        var count = max(duration.nanosecondsClamped, 1)
        for (unit, next) in [("n", 1000), ("u", 1000), ("m", 1000), ("S", 60), ("M", 60)] {
            if count <= limit { return "\(count)\(unit)" }
            count = (count - 1) / Int64(next) + 1
        }
        return "\(min(count, limit))H"
    }
}

extension HeaderBlock {
    /// The field `:path` alone.
    init(path: String) throws(HeaderFieldError) {
        self.init()
        try append(":path", path)
    }

    /// Adds what there is of a trace context.
    mutating func append(_ trace: TraceContext) throws(HeaderFieldError) {
        if let parent = trace.parent { try append("traceparent", parent) }
        if let state = trace.state { try append("tracestate", state) }
        if let baggage = trace.baggage { try append("baggage", baggage) }
    }
}

extension DaprError {
    /// A value that cannot be sent in a header field.
    init(_ error: HeaderFieldError) {
        self.init(.invalidArgument, "\(error)", isUnprocessed: true)
    }
}
