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
        let path = try path(of: request)
        let head: HeaderBlock
        do throws(HeaderFieldError) {
            head = try self.head(of: request, path, options.trace)
        } catch {
            throw DaprError(error)
        }
        let response = try await send(
            ExchangeRequest(
                head: head, content: try content(request.body),
                reception: .stream(bufferedUpTo: Self.bufferedLength),
                timeout: options.timeout ?? settings.timeout, allowsRetry: options.allowsRetry,
                waitsForSidecar: settings.waits(options)))
        return try await answer(response)
    }

    private func path(of request: InvokeRequest) throws(DaprError) -> RequestPath {
        var path = RequestPath("invoke", request.appID, "method")
        let method = request.method.utf8
        let query = request.query?.utf8
        guard method.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x23 && $0 != 0x3f }),
            query?.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x23 }) ?? true
        else {
            throw DaprError(
                .invalidArgument, "the method or query of an invocation is not percent-encoded",
                isUnprocessed: true)
        }
        path.append(raw: "/" + request.method)
        if let query = request.query { path.append(raw: "?" + query) }
        return path
    }

    private func head(
        of request: InvokeRequest, _ path: RequestPath, _ trace: TraceContext
    ) throws(HeaderFieldError) -> HeaderBlock {
        var head = try self.head(request.verb.rawValue, path, trace)
        var hasUserAgent = false
        for field in request.fields where InvokeFields.isForwarded(field.name) {
            let name = field.name.canonicalName
            if name == "traceparent" && trace.parent != nil { continue }
            if name == "tracestate" && trace.state != nil { continue }
            if name == "baggage" && trace.baggage != nil { continue }
            if name == "user-agent" { hasUserAgent = true }
            try head.append(name, field.value)
        }
        if !hasUserAgent { try head.append("user-agent", settings.userAgent) }
        // With a length the sidecar can repeat the call to the app; without it streams.
        let hasContent = ["POST", "PUT", "PATCH"].contains(request.verb.rawValue)
        switch request.body {
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

    private func answer(_ response: ExchangeResponse) async throws(DaprError) -> InvokeResponse {
        let status = response.head.status ?? 0
        let fields = InvokeFields.fromHTTP(response.head)
        var body: DaprBody
        if let stream = response.stream {
            body = .stream(length: response.head.contentLength) { try await stream.next() }
            if Self.mayBeOurs(status), response.head.contentLength == nil {
                body = try await inspect(body, stream, response)
            }
        } else {
            body = response.body.isEmpty ? .empty : .bytes(response.body)
            try Self.check(response.body, response)
        }
        return InvokeResponse(status: .init(code: status), fields: fields, body: body)
    }

    /// Reads the beginning of an error of unknown length, to see whose it is.
    private func inspect(
        _ body: DaprBody, _ stream: BodyReader, _ response: ExchangeResponse
    ) async throws(DaprError) -> DaprBody {
        var start: [UInt8] = []
        while start.count < Self.bufferedLength {
            guard let chunk = try await stream.next() else {
                try Self.check(start, response)
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

    /// Throws when an answer is an error of the sidecar's own.
    private static func check(
        _ body: [UInt8], _ response: ExchangeResponse
    ) throws(DaprError) {
        let status = response.head.status ?? 0
        guard mayBeOurs(status) else { return }
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
