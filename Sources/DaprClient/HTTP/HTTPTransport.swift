import HTTP2

/// The sidecar's HTTP API, over HTTP/2 or HTTP/1.1, as a `DaprAPI`.
struct HTTPTransport: Sendable {
    let pool: SidecarPool
    let settings: TransportSettings
    /// The fields that every request has.
    private let fields: HeaderBlock

    init(pool: SidecarPool, settings: TransportSettings) throws(DaprError) {
        self.pool = pool
        self.settings = settings
        var fields = HeaderBlock(capacity: 256)
        do throws(HeaderFieldError) {
            try fields.append(":scheme", pool.endpoint.scheme)
            try fields.append(":authority", pool.endpoint.authority)
            if let token = settings.apiToken {
                try fields.append("dapr-api-token", token, neverIndexed: true)
            }
        } catch {
            throw DaprError(error)
        }
        self.fields = fields
    }

    /// Sends a request with content in memory.
    ///
    /// - Parameter isRead: whether it changes nothing; nil means that GET does not.
    /// - Returns: an answer with a status from 200 to 299.
    func call(
        _ method: String, _ path: RequestPath, body: [UInt8] = [], contentType: String? = nil,
        extra: [(String, String)] = [], isRead: Bool? = nil, in block: BuildingBlock,
        _ options: CallOptions
    ) async throws(DaprError) -> ExchangeResponse {
        let response = try await attempt(
            method, path, body: body, contentType: contentType, extra: extra,
            isProbe: block == .health, isRead: isRead, options)
        guard response.isSuccess else { throw DaprError(response, in: block) }
        return response
    }

    /// Sends a request with content in memory.
    ///
    /// - Returns: whatever comes back.
    func attempt(
        _ method: String, _ path: RequestPath, body: [UInt8] = [], contentType: String? = nil,
        extra: [(String, String)] = [], isProbe: Bool = false, isRead: Bool? = nil,
        _ options: CallOptions
    ) async throws(DaprError) -> ExchangeResponse {
        guard !path.hasEmptySegment else {
            throw DaprError(.invalidArgument, "a name in the path is empty", isUnprocessed: true)
        }
        try settings.check(message: body.count)
        var head: HeaderBlock
        do throws(HeaderFieldError) {
            head = try self.head(method, path, options.trace)
            try head.append("user-agent", settings.userAgent)
            if let contentType { try head.append("content-type", contentType) }
            if !body.isEmpty { try head.append("content-length", "\(body.count)") }
            for (name, value) in extra { try head.append(name, value) }
        } catch {
            throw DaprError(error)
        }
        let request = ExchangeRequest(
            head: head, content: .bytes(body), reception: .bytes(limit: settings.maxMessageSize),
            timeout: options.timeout ?? settings.timeout, isProbe: isProbe,
            isRead: isRead ?? (method == "GET"), allowsRetry: options.allowsRetry,
            waitsForSidecar: settings.waits(options))
        return try await send(request)
    }

    /// The beginning of a request's head.
    func head(
        _ method: String, _ path: RequestPath, _ trace: TraceContext
    ) throws(HeaderFieldError) -> HeaderBlock {
        var head = HeaderBlock(capacity: 512)
        try head.append(":method", method)
        try head.append(":path", path.bytes.span)
        head.append(contentsOf: fields)
        try head.append(trace)
        return head
    }

    /// Sends a request, unless its head is longer than the sidecar accepts: it would answer by
    /// ending the whole connection.
    func send(_ request: ExchangeRequest) async throws(DaprError) -> ExchangeResponse {
        let size = request.head.listSize
        guard size <= settings.headerLimit else {
            throw DaprError(
                .tooLarge,
                "the header fields have \(size) bytes, the limit (headerLimit) is "
                    + "\(settings.headerLimit)", isUnprocessed: true)
        }
        return try await pool.perform(request).get()
    }
}

extension ExchangeResponse {
    /// Whether the status is one from 200 to 299.
    var isSuccess: Bool { (200..<300).contains(head.status ?? 0) }
}
