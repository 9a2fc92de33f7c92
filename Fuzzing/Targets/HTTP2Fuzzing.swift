import HTTP2

/// A session that is fed whatever comes, in pieces, and answers as a real owner would.
final class HTTP2Fuzzing: HTTP2SessionDelegate {
    private let role: HTTP2Session.Role
    /// Every stream handler that a session was given; each has to hear its end once.
    private var handlers: [Handler] = []

    init(role: HTTP2Session.Role) {
        self.role = role
    }

    func run(_ bytes: [UInt8]) {
        var configuration = HTTP2Configuration()
        configuration.maxConcurrentStreams = 8
        configuration.maxHeaderListSize = 4096
        guard let session = try? HTTP2Session(role: role, configuration: configuration) else {
            return
        }
        session.delegate = self
        if role == .client { for _ in 0..<3 { open(on: session) } }
        var output: [UInt8] = []
        try? session.drain(into: &output)
        // The first byte says how the rest is cut: few frames end where a read ends.
        let size = bytes.first.map { $0 == 0 ? bytes.count : Int($0) } ?? 1
        var rest = bytes.dropFirst()
        if role == .server { try? session.receive(HTTP2Session.preface) }
        while !rest.isEmpty {
            try? session.receive(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
            output.removeAll(keepingCapacity: true)
            try? session.drain(into: &output)
        }
        try? session.transportWasLost()
        session.close(HTTP2Error(.closed, "the end of the input"))
        precondition(session.openStreamCount == 0, "a stream outlives its session")
        precondition(handlers.allSatisfy { $0.closures == 1 }, "a stream ends once")
    }

    private func open(on session: HTTP2Session) {
        let handler = Handler()
        guard
            let head = block([
                (":method", "POST"), (":scheme", "http"), (":path", "/a/B"),
                (":authority", "localhost"), ("te", "trailers"),
            ])
        else { return }
        if (try? session.open(head, body: [0, 0, 0, 0, 0], end: true, handler: handler)) != nil {
            handlers.append(handler)
        }
    }

    func session(
        _ session: HTTP2Session, accept stream: HTTP2Stream, head: HeaderBlock, endStream: Bool
    ) -> (any HTTP2StreamHandler)? {
        let handler = Handler()
        handler.answers = true
        handlers.append(handler)
        return handler
    }

    private final class Handler: HTTP2StreamHandler {
        var answers = false
        var closures = 0
        private var hasEnded = false

        func stream(
            _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
            endStream: Bool
        ) {
            precondition(closures == 0, "fields after the end")
            for field in headers { _ = field.name.count + field.value.count }
            _ = headers.status
        }

        func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
            precondition(closures == 0 && !hasEnded, "data after the end")
            stream.consume(data.count)
        }

        func streamReceivedEnd(_ stream: HTTP2Stream) {
            precondition(!hasEnded, "a second end")
            hasEnded = true
            guard answers, let head = block([(":status", "200")]) else { return }
            do throws(HTTP2Error) {
                try stream.respond(head)
                stream.send([1, 2, 3], end: true)
            } catch {
                // The peer takes no header list as long as this one: an owner gives up then.
                stream.reset(.internalError)
            }
        }

        func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) {
            closures += 1
        }
    }
}

private func block(_ fields: [(String, String)]) -> HeaderBlock? {
    var block = HeaderBlock()
    for (name, value) in fields {
        guard (try? block.append(name, value)) != nil else { return nil }
    }
    return block
}
