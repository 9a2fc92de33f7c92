import EventLoop
import HTTP2

/// One call on a connection: takes messages out of DATA frames, runs the handler, sends the reply.
final class GRPCServerStream: HTTP2StreamHandler, GRPCOutput {
    private let stream: HTTP2Stream
    private let head: HeaderBlock
    private let service: GRPCService
    private let keepAlive: KeepAlive
    private let handler: GRPCHandler
    private var buffer: [UInt8] = []
    private var channel: ByteChannel?
    /// Bytes that the client gets no credit for, because the handler is behind; nil when it is not.
    private var withheld: Int?
    /// A handler that waits until the client has taken more.
    private var writer: CheckedContinuation<Void, Never>?
    private var task: Task<Void, Never>?
    private var deadline: LoopTimer?
    private var trace = TraceContext.none
    private var headIsSent = false
    /// The one request message of a unary call came, or the call failed.
    private var isStarted = false
    private var isOver = false

    private var loop: EventLoop { service.context.loop }

    init(
        _ stream: HTTP2Stream, head: HeaderBlock, service: GRPCService, keepAlive: KeepAlive
    ) {
        keepAlive.streamOpened(stream.id)
        self.keepAlive = keepAlive
        self.stream = stream
        self.head = head
        self.service = service
        let method = head[":path"] ?? ""
        handler = service.handler(for: method)
        begin(method)
    }

    /// Looks at the head; most calls then wait for their message.
    private func begin(_ method: String) {
        if let (httpStatus, status) = service.refusal(of: head) {
            return refuse(status, httpStatus: httpStatus)
        }
        if let timeout = head["grpc-timeout"] { setDeadline(timeout) }
        guard method.utf8.first == UInt8(ascii: "/"), method.dropFirst().contains("/") else {
            return refuse(
                GRPCStatus(
                    GRPCStatus.unimplemented, "malformed method name: \"\(method)\""))
        }
        if case .streaming(let body) = handler { startStreaming(method, body) }
    }

    private func setDeadline(_ text: String) {
        do throws(GRPCTimeoutError) {
            deadline = loop.schedule(after: try GRPCTimeout.parse(text)) { [weak self] in
                self?.finish(GRPCReply(status: .deadlineExpired))
            }
        } catch {
            preconditionFailure("the timeout was checked with the head")
        }
    }

    // MARK: - Receiving

    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
        if let count = withheld {
            withheld = count + data.count
        } else {
            stream.consume(data.count)
        }
        guard !isOver, !isStarted || channel != nil else { return }
        buffer.append(copying: data)
        takeMessages()
    }

    private func takeMessages() {
        while !isOver, buffer.count >= 5 {
            let length =
                Int(buffer[1]) << 24 | Int(buffer[2]) << 16 | Int(buffer[3]) << 8 | Int(buffer[4])
            let limit = service.context.configuration.maxBodySize
            guard length <= limit else {
                return refuse(
                    GRPCStatus(
                        GRPCStatus.resourceExhausted,
                        "grpc: received message larger than max (\(length) vs. \(limit))"))
            }
            guard buffer.count >= 5 + length else { return }
            if let fault = fault(ofFlag: buffer[0]) { return refuse(fault) }
            if let channel {
                // Its flag byte stays, so that an empty message is no empty chunk.
                let frame = [buffer[0]] + buffer[5..<5 + length]
                buffer.removeFirst(5 + length)
                if !channel.assumeIsolated({ $0.offer(frame) }) { withheld = withheld ?? 0 }
            } else {
                let message = Array(buffer[5..<5 + length])
                buffer = []
                isStarted = true
                return start(message)
            }
        }
    }

    private func fault(ofFlag flag: UInt8) -> GRPCStatus? {
        switch flag {
        case 0: return nil
        case 1:
            let encoding = head["grpc-encoding"] ?? ""
            guard !encoding.isEmpty, encoding != "identity" else {
                return GRPCStatus(
                    GRPCStatus.internalError,
                    "grpc: compressed flag set with identity or empty encoding")
            }
            return GRPCStatus(
                GRPCStatus.unimplemented,
                "grpc: Decompressor is not installed for grpc-encoding \"\(encoding)\"")
        default:
            return GRPCStatus(
                GRPCStatus.internalError, "grpc: received unexpected payload format \(flag)")
        }
    }

    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
        endStream: Bool
    ) {}

    func streamReceivedEnd(_ stream: HTTP2Stream) {
        guard !isOver else { return }
        let rest: GRPCStatus? =
            buffer.isEmpty ? nil : GRPCStatus(GRPCStatus.unknown, "unexpected EOF")
        if let channel {
            channel.assumeIsolated { $0.finish(throwing: rest) }
        } else if !isStarted {
            refuse(rest ?? GRPCStatus(GRPCStatus.unknown, "EOF"))
        }
    }

    func streamBecameWritable(_ stream: HTTP2Stream) {
        writer.take()?.resume()
    }

    /// The handler has caught up, so the client may send more.
    private func release() {
        stream.consume(withheld.take() ?? 0)
    }

    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) {
        keepAlive.streamClosed()
        end()
    }

    // MARK: - Handling

    /// What is checked before every handler.
    private func admitted(_ message: [UInt8]) -> GRPCRequest? {
        if let status = service.authorize(head) {
            refuse(status)
            return nil
        }
        do throws(BaggageError) {
            trace = try service.trace(head)
        } catch {
            refuse(GRPCStatus(GRPCStatus.invalidArgument, error.message))
            return nil
        }
        return GRPCRequest(
            method: head[":path"] ?? "", metadata: head, message: message, trace: trace)
    }

    private func start(_ message: [UInt8]) {
        guard let request = admitted(message) else { return }
        if let gate = service.gate {
            gate.enter { [self] leave in
                guard !isOver else { return leave() }
                handle(request, then: leave)
            }
        } else {
            handle(request) {}
        }
    }

    private func handle(_ request: GRPCRequest, then leave: @escaping () -> Void) {
        switch handler {
        case .immediate(let answer):
            finish(answer(request))
            leave()
        case .eventual(let answer):
            answer(request) { [self] reply in
                finish(reply)
                leave()
            }
        case .suspending(let answer):
            let box = LoopBound((self, leave), on: loop)
            task = Task(executorPreference: loop) {
                let reply = await answer(request)
                let (stream, leave) = box.value
                stream.finish(reply)
                leave()
            }
        case .streaming: preconditionFailure("a streaming call starts with its head")
        }
    }

    private func startStreaming(
        _ method: String, _ body: @escaping @Sendable (GRPCStreamCall) async -> GRPCReply
    ) {
        guard let request = admitted([]) else { return }
        let channel = ByteChannel(loop: loop, capacity: 1 << 20)
        self.channel = channel
        service.openStreams += 1
        let producer = LoopBound(self, on: loop)
        // A cycle only until the channel finishes, which `end` sees to.
        channel.assumeIsolated { $0.setProducer(resume: { producer.value.release() }) }
        let output = LoopBound<any GRPCOutput>(self, on: loop)
        let call = GRPCStreamCall(
            request: request, incoming: channel, output: output,
            limit: service.context.configuration.maxBodySize, loop: loop)
        let box = LoopBound(self, on: loop)
        task = Task(executorPreference: loop) {
            let reply = await body(call)
            box.value.finish(reply)
        }
    }

    // MARK: - Sending

    func sendHead(_ headers: [(name: String, value: String)]) {
        guard !isOver, !headIsSent else { return }
        headIsSent = true
        keepAlive.answered()
        var block = GRPCWire.head(contentType: head["content-type"], trace: trace)
        for (name, value) in headers { block.add(name, value) }
        do throws(HTTP2Error) { try stream.respond(block) } catch { stream.reset(.internalError) }
    }

    func send(_ message: [UInt8]) {
        guard !isOver else { return }
        sendHead([])
        keepAlive.answered()
        GRPCWire.send(message, on: stream)
    }

    func waitUntilWritable() async {
        guard !isOver, !stream.isWritable else { return }
        await withCheckedContinuation { writer = $0 }
    }

    /// Ends the call as the handler says.
    private func finish(_ reply: GRPCReply) {
        guard !isOver else { return }
        if reply.status.isEarly { return refuse(reply.status) }
        var status = reply.status
        let limit = service.context.configuration.maxBodySize
        if status.code == 0, reply.message.count > limit {
            status = GRPCStatus(
                GRPCStatus.resourceExhausted,
                "grpc: trying to send message larger than max (\(reply.message.count) vs. \(limit))"
            )
        }
        sendHead(reply.headers)
        if status.code == 0, channel == nil { GRPCWire.send(reply.message, on: stream) }
        var trailers = GRPCWire.trailers(status)
        for (name, value) in reply.trailers { trailers.add(name, value) }
        do throws(HTTP2Error) {
            try stream.sendTrailers(trailers)
        } catch {
            stream.reset(.internalError)
        }
        end()
    }

    /// Ends the call before a handler saw it: everything in one block of header fields.
    private func refuse(_ status: GRPCStatus, httpStatus: Int = 200) {
        guard !isOver else { return }
        if headIsSent { return finish(GRPCReply(status: status)) }
        headIsSent = true
        keepAlive.answered()
        var block = HeaderBlock()
        block.add(":status", String(httpStatus))
        block.add("content-type", "application/grpc")
        block.append(contentsOf: GRPCWire.trailers(status))
        do throws(HTTP2Error) {
            try stream.respond(block, end: true)
        } catch {
            stream.reset(.internalError)
        }
        end()
    }

    private func end() {
        guard !isOver else { return }
        isOver = true
        buffer = []
        if let deadline { loop.cancel(deadline) }
        deadline = nil
        task?.cancel()
        task = nil
        writer.take()?.resume()
        guard let channel else { return }
        service.openStreams -= 1
        channel.assumeIsolated { $0.finish(throwing: CancellationError()) }
        self.channel = nil
    }
}
