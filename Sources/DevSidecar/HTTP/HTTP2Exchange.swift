import HTTP2
import HTTPMessage

/// One request to the HTTP API over HTTP/2.
final class HTTP2Exchange: HTTP2StreamHandler {
    private let stream: HTTP2Stream
    private let service: HTTPService
    private var plan: HTTPService.Plan?
    private var trace: TraceContext?
    private var body: BodyBuffer
    private var origin: String?
    private var isHead = false
    private var task: Task<Void, Never>?
    /// What is still to be sent of a large answer.
    private var filler = Filler(count: 0)

    init(
        _ stream: HTTP2Stream, head: HeaderBlock, service: HTTPService, clientAddress: String
    ) {
        self.stream = stream
        self.service = service
        body = BodyBuffer(limit: service.context.configuration.maxBodySize)
        begin(head, clientAddress)
    }

    private func begin(_ block: HeaderBlock, _ clientAddress: String) {
        let target = RequestTarget(Array(block.bytes(of: ":path") ?? []))
        guard PathEscaping.isWellFormed(target.path) else { return stream.reset(.protocolError) }
        var fields = FieldBlock()
        for field in block where field.name.first != UInt8(ascii: ":") {
            fields.append(name: field.name.span, value: field.value.span)
        }
        let method = block[":method"] ?? "GET"
        isHead = method == "HEAD"
        let head = HTTPService.Head(
            method: method, target: target, fields: fields, clientAddress: clientAddress)
        origin = fields[.origin]
        let (plan, trace) = service.plan(head)
        self.trace = trace
        switch plan {
        case .respond(let response): send(response)
        case .handle(let request, let handler, readsBody: false, _): run(handler, request)
        case .handle(_, _, _, keeping: let kept):
            body = BodyBuffer(
                limit: service.context.configuration.maxBodySize, keeping: kept)
            self.plan = plan
        }
    }

    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
        endStream: Bool
    ) {}

    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
        stream.consume(data.count)
        guard plan != nil else { return }
        body.append(data)
        if body.isOverflowing { handle() }
    }

    func streamReceivedEnd(_ stream: HTTP2Stream) {
        handle()
    }

    private func handle() {
        guard case .handle(var request, let handler, _, _) = plan else { return }
        plan = nil
        request.body = body.bytes
        request.unkept = body.unkept
        request.bodyError = body.error
        run(handler, request)
    }

    private func run(_ handler: HTTPHandler, _ request: SidecarRequest) {
        task = service.run(handler, request) { [weak self] response in self?.send(response) }
    }

    private func send(_ response: SidecarResponse) {
        task = nil
        let response = service.finish(response, trace: trace, origin: origin)
        var block = HeaderBlock(capacity: 256)
        block.add(":status", String(response.status))
        for field in response.fields { block.add(field.name, field.value) }
        let hasContent = response.status != 204 && response.status != 304
        // Go knows the length of what fits its buffer when the handler is done.
        if hasContent, response.body.count <= 4096 || isHead {
            block.add("content-length", String(response.body.count + response.fillerCount))
        }
        let isEmpty = isHead || !hasContent || response.body.isEmpty
        do throws(HTTP2Error) {
            try stream.respond(block, end: isEmpty)
            guard !isEmpty else { return }
            filler = Filler(count: response.fillerCount)
            stream.send(response.body, end: filler.isEmpty)
            sendFiller()
        } catch {
            stream.reset(.internalError)
        }
    }

    func streamBecameWritable(_ stream: HTTP2Stream) {
        sendFiller()
    }

    private func sendFiller() {
        while stream.isWritable, let piece = filler.next() {
            stream.send(piece, end: filler.isEmpty)
        }
    }

    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) {
        plan = nil
        task?.cancel()
        task = nil
    }
}
