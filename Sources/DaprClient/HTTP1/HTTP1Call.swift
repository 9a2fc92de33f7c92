import HTTP2

/// One call on its way through the bridge: a stream of HTTP/2 at one side, the turn of an HTTP/1.1
/// connection at the other.
final class HTTP1Call {
    let request: HTTP1Request
    private let stream: HTTP2Stream
    weak var connection: HTTP1Connection?

    /// What waits to be written, and how much content is in it.
    private var output: [UInt8]
    private var unconsumed = 0
    /// How much of the announced content is missing.
    private var missing: Int?
    /// The request is complete and was given to the socket.
    private(set) var isSent = false
    private var isEnded = false
    private var isAnswered = false
    private var hasContent = true
    private(set) var isOver = false

    init(_ request: HTTP1Request, on stream: HTTP2Stream) {
        self.request = request
        self.stream = stream
        output = request.head
        if case .length(let length) = request.framing { missing = length }
    }

    // MARK: - To the sidecar

    /// Moves what there is of the request to the socket's buffer.
    func fill(_ output: inout [UInt8]) {
        guard !self.output.isEmpty || !isSent else { return }
        output.append(contentsOf: self.output)
        self.output.removeAll(keepingCapacity: true)
        let count = exchange(&unconsumed, with: 0)
        stream.consume(count)
        isSent = isEnded
    }

    private func add(_ data: Span<UInt8>) {
        if request.framing == .chunks {
            output.append(contentsOf: String(data.count, radix: 16).utf8)
            output.append(contentsOf: "\r\n".utf8)
            output.append(copying: data)
            output.append(contentsOf: "\r\n".utf8)
        } else {
            output.append(copying: data)
        }
    }

    // MARK: - From the sidecar

    func answer(_ head: HeaderBlock, hasContent: Bool) {
        self.hasContent = hasContent
        isAnswered = true
        do throws(HTTP2Error) {
            try stream.respond(head.withoutConnectionFields, end: !hasContent)
        } catch {
            fail(.internalError)
        }
    }

    /// - Returns: whether more can be taken.
    func answer(_ content: Span<UInt8>) -> Bool {
        guard hasContent else { return true }
        var chunk: [UInt8] = []
        chunk.append(copying: content)
        stream.send(chunk)
        return stream.isWritable
    }

    /// The response is complete.
    func finish() {
        guard !isOver else { return }
        isOver = true
        if hasContent { stream.send([], end: true) }
    }

    /// Gives the call up: `connectError` stands for a connection that was lost, `refusedStream` for
    /// one that could not be made.
    func fail(_ code: HTTP2ErrorCode) {
        guard !isOver else { return }
        isOver = true
        stream.reset(code)
    }
}

extension HTTP1Call: HTTP2StreamHandler {
    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
        endStream: Bool
    ) {}

    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
        guard !data.isEmpty else { return }
        if let missing {
            guard data.count <= missing else { return giveUp() }
            self.missing = missing - data.count
        }
        unconsumed += data.count
        add(data)
        connection?.flush()
    }

    func streamReceivedEnd(_ stream: HTTP2Stream) {
        isEnded = true
        if let missing, missing > 0, !request.isHead { return giveUp() }
        if request.framing == .chunks { output.append(contentsOf: "0\r\n\r\n".utf8) }
        connection?.flush()
    }

    /// The content is not as long as was said: what was sent of it must not end well.
    private func giveUp() {
        fail(.protocolError)
        connection?.close()
    }

    func streamBecameWritable(_ stream: HTTP2Stream) {
        connection?.resumeReading()
    }

    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) {
        let wasOver = isOver
        isOver = true
        // A call that was given up leaves its connection with half a message.
        if !wasOver { connection?.close() }
    }
}

extension HeaderBlock {
    /// A response's fields as HTTP/2 may carry them (RFC 9113 section 8.2.2).
    fileprivate var withoutConnectionFields: HeaderBlock {
        var dropped = HTTP1Request.perConnection
        if let named = self["connection"] {
            for name in named.split(separator: ",") {
                dropped.insert(name.filter { $0 != " " }.lowercased())
            }
        }
        var kept = HeaderBlock(capacity: 512)
        for field in self where !dropped.contains(String(decoding: field.name, as: UTF8.self)) {
            do throws(HeaderFieldError) {
                try kept.append(field.name.span, field.value.span)
            } catch {
                // It was checked when it was read.
                continue
            }
        }
        return kept
    }
}
