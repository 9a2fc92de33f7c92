import HTTP2
import HTTPTypes

extension HTTPTransport {
    /// Responses up to this length are read into memory at once.
    private static let bufferedLength = 64 << 10

    func invoke(
        _ request: InvokeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse {
        guard !request.appID.isEmpty else {
            throw DaprError(.invalidArgument, "the app id is empty", isUnprocessed: true)
        }
        let response = try await pass(
            request.verb, try path(of: request), request.fields, request.body, options)
        return try await answer(response, to: request.verb) { body, status throws(DaprError) in
            try Self.check(body, status)
        }
    }

    /// Sends a request whose fields and content are somebody else's.
    func pass(
        _ verb: HTTPRequest.Method, _ path: RequestPath, _ fields: HTTPFields, _ body: DaprBody,
        isRead: Bool = false, _ options: CallOptions
    ) async throws(DaprError) -> ExchangeResponse {
        let head: HeaderBlock
        do throws(HeaderFieldError) {
            head = try self.head(verb, path, fields, body, options.trace)
        } catch {
            throw DaprError(error)
        }
        return try await send(
            ExchangeRequest(
                head: head, content: try content(body),
                reception: .stream(bufferedUpTo: Self.bufferedLength),
                timeout: options.timeout ?? settings.timeout, isRead: isRead,
                allowsRetry: options.allowsRetry, waitsForSidecar: settings.waits(options)))
    }

    private func path(of request: InvokeRequest) throws(DaprError) -> RequestPath {
        var path = RequestPath("invoke", request.appID, "method")
        try Self.checkEncoding(of: request.method, query: request.query)
        path.append(raw: "/" + request.method)
        if let query = request.query { path.append(raw: "?" + query) }
        return path
    }

    /// Refuses what would end the path, the query or the request line early.
    static func checkEncoding(of path: String, query: String?) throws(DaprError) {
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x23 && $0 != 0x3f }),
            query?.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x23 }) ?? true
        else {
            throw DaprError(
                .invalidArgument, "the path or the query is not percent-encoded",
                isUnprocessed: true)
        }
    }

    private func head(
        _ verb: HTTPRequest.Method, _ path: RequestPath, _ fields: HTTPFields, _ body: DaprBody,
        _ trace: TraceContext
    ) throws(HeaderFieldError) -> HeaderBlock {
        var head = try self.head(verb.rawValue, path, trace)
        var hasUserAgent = false
        for field in fields where InvokeFields.isForwarded(field.name) {
            let name = field.name.canonicalName
            if name == "traceparent" && trace.parent != nil { continue }
            if name == "tracestate" && trace.state != nil { continue }
            if name == "baggage" && trace.baggage != nil { continue }
            if name == "user-agent" { hasUserAgent = true }
            try head.append(name, field.value)
        }
        if !hasUserAgent { try head.append("user-agent", settings.userAgent) }
        // With a length the sidecar can repeat the call to the app; without it streams.
        let hasContent = ["POST", "PUT", "PATCH"].contains(verb.rawValue)
        switch body {
        case .empty: if hasContent { try head.append("content-length", "0") }
        case .bytes(let bytes): try head.append("content-length", "\(bytes.count)")
        case .stream(let length, _):
            if let length { try head.append("content-length", "\(length)") }
        }
        return head
    }

    private func content(_ body: DaprBody) throws(DaprError) -> ExchangeRequest.Content {
        let length: Int?
        let content: ExchangeRequest.Content
        switch body {
        case .empty: return .bytes([])
        case .bytes(let bytes): (length, content) = (bytes.count, .bytes(bytes))
        case .stream(let count, let next): (length, content) = (count, .stream(next))
        }
        try settings.check(body: length ?? 0)
        return content
    }

    // MARK: - The answer

    /// Whether the sidecar itself could have answered so; all else is the app's, untouched.
    private static func mayBeOurs(_ status: Int) -> Bool {
        [401, 403, 404, 500].contains(status)
    }

    /// What the app answered.
    ///
    /// - Parameter check: looks at the content of an error that may be the sidecar's own, with its
    ///   status, and throws if it is.
    func answer(
        _ response: ExchangeResponse, to verb: HTTPRequest.Method,
        check: ([UInt8], Int) throws(DaprError) -> Void
    ) async throws(DaprError) -> InvokeResponse {
        let status = response.head.status ?? 0
        var body = DaprBody.empty
        if let stream = response.stream, verb != .head {
            body = .stream(length: response.head.contentLength) { try await stream.next() }
            if Self.mayBeOurs(status), response.head.contentLength == nil {
                body = try await inspect(stream, response, check)
            }
        } else {
            if !response.body.isEmpty { body = .bytes(response.body) }
            if Self.mayBeOurs(status) { try check(response.body, status) }
        }
        var answer = InvokeResponse(
            status: .init(code: status), fields: InvokeFields.fromHTTP(response.head), body: body)
        if verb == .head { answer.headLength = response.head.contentLength }
        return answer
    }

    /// Reads the beginning of an error of unknown length, to see whose it is.
    private func inspect(
        _ stream: BodyReader, _ response: ExchangeResponse,
        _ check: ([UInt8], Int) throws(DaprError) -> Void
    ) async throws(DaprError) -> DaprBody {
        var start: [UInt8] = []
        while start.count < Self.bufferedLength {
            guard let chunk = try await stream.next() else {
                try check(start, response.head.status ?? 0)
                return .bytes(start)
            }
            start += chunk
        }
        let prefix = OneChunk(start)
        return .stream(length: nil) {
            if let start = await prefix.take() { return start }
            return try await stream.next()
        }
    }

    /// Throws when the answer to an invocation is an error of the sidecar's own.
    private static func check(_ body: [UInt8], _ status: Int) throws(DaprError) {
        let error = HTTPErrorBody(body, status: status)
        guard
            error.code == "ERR_DIRECT_INVOKE" || HTTPErrorBody.isRefusedToken(body, status: status)
        else { return }
        throw DaprError(
            httpStatus: status, code: error.code, message: error.message, details: error.details,
            in: .invoke)
    }
}

/// A chunk that is given out once.
private actor OneChunk {
    private var chunk: [UInt8]?

    init(_ chunk: [UInt8]) { self.chunk = chunk }

    func take() -> [UInt8]? { chunk.take() }
}
