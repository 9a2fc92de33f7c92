import EventLoop
import HTTP2

/// What the scripted peer sees on a stream.
enum PeerEvent: Sendable, Equatable {
    case opened
    case message([UInt8])
    case ended
}

/// What the scripted peer does on a stream.
enum PeerStep: Sendable {
    /// The usual head, and further fields.
    case head([(String, String)])
    /// Any head, perhaps the end as well.
    case rawHead([(String, String)], end: Bool)
    case message([UInt8])
    case bytes([UInt8])
    case trailers([(String, String)])
    case end
    case reset(HTTP2ErrorCode)
    /// GOAWAY that covers nothing.
    case goAwayUnprocessed
    case hangUp
    /// Gives no more credit to the client.
    case stopReading

    static let ok = PeerStep.trailers([("grpc-status", "0")])
    static let head = PeerStep.head([])
}

typealias PeerStreamScript = @Sendable (PeerRequest, PeerEvent) -> [PeerStep]

/// A stream of the peer whose script hears of each message.
final class ScriptedStream: HTTP2StreamHandler {
    private let script: PeerStreamScript
    private let request: PeerRequest
    private unowned let connection: PeerConnection
    private var bytes: [UInt8] = []
    private var isReading = true
    private var isOpened = false

    init(
        _ script: @escaping PeerStreamScript, _ request: PeerRequest, _ stream: HTTP2Stream,
        on connection: PeerConnection
    ) {
        self.script = script
        self.request = connection.peer.assumeIsolated { $0.note(request) }
        self.connection = connection
        // Only after the session has taken this handler.
        let start = StreamStart(handler: self, stream: stream)
        connection.peer.loop.execute { start.handler.open(start.stream) }
    }

    /// The first event, also when content comes right behind the head.
    private func open(_ stream: HTTP2Stream) {
        guard !isOpened else { return }
        isOpened = true
        perform(.opened, on: stream)
    }

    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
        endStream: Bool
    ) {}

    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
        open(stream)
        if isReading { stream.consume(data.count) }
        bytes.append(copying: data)
        while bytes.count >= 5 {
            let length = bytes[1..<5].reduce(0) { $0 << 8 | Int($1) }
            guard bytes.count >= 5 + length else { return }
            let message = Array(bytes[5..<5 + length])
            bytes.removeFirst(5 + length)
            perform(.message(message), on: stream)
        }
    }

    func streamReceivedEnd(_ stream: HTTP2Stream) {
        open(stream)
        perform(.ended, on: stream)
    }

    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) {
        if closure.cause == .resetByPeer { connection.reset() }
    }

    private func perform(_ event: PeerEvent, on stream: HTTP2Stream) {
        for step in script(request, event) {
            switch step {
            case .head(let fields):
                let usual = [(":status", "200"), ("content-type", "application/grpc")]
                try? stream.respond(connection.block(usual + fields))
            case .rawHead(let fields, let end):
                try? stream.respond(connection.block(fields), end: end)
            case .message(let message):
                let count = message.count
                let length = [count >> 24, count >> 16, count >> 8, count].map {
                    UInt8(truncatingIfNeeded: $0)
                }
                stream.send([0] + length + message)
            case .bytes(let bytes): stream.send(bytes)
            case .trailers(let fields): try? stream.sendTrailers(connection.block(fields))
            case .end: stream.send([], end: true)
            case .reset(let code): stream.reset(code)
            case .goAwayUnprocessed: connection.refuseAll()
            case .hangUp: connection.close()
            case .stopReading: isReading = false
            }
        }
    }
}

/// Carries a new stream to the next turn of the thread that it belongs to.
private struct StreamStart: @unchecked Sendable {
    let handler: ScriptedStream
    let stream: HTTP2Stream
}
