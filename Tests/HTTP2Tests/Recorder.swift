import HTTP2

/// A stream handler that keeps what it hears, and reacts by the closures it is given.
final class Recorder: HTTP2StreamHandler {
    var head: HeaderBlock?
    var informational: [HeaderBlock] = []
    var trailers: HeaderBlock?
    var body: [UInt8] = []
    var headEndedStream = false
    var ends = 0
    var writables = 0
    var closures: [StreamClosure] = []
    /// Whether received bytes are handed back at once.
    var consumes = true
    /// How many bytes a test has handed back by itself.
    var consumed = 0

    var onData: (HTTP2Stream) -> Void = { _ in }
    var onEnd: (HTTP2Stream) -> Void = { _ in }
    var onWritable: (HTTP2Stream) -> Void = { _ in }
    var onClosed: (HTTP2Stream) -> Void = { _ in }

    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind, endStream: Bool
    ) {
        switch kind {
        case .informational:
            informational.append(headers)
        case .head:
            head = headers
            headEndedStream = endStream
        case .trailers:
            trailers = headers
        }
    }

    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
        for index in data.indices { body.append(data[index]) }
        if consumes { stream.consume(data.count) }
        onData(stream)
    }

    func streamReceivedEnd(_ stream: HTTP2Stream) {
        ends += 1
        onEnd(stream)
    }

    func streamBecameWritable(_ stream: HTTP2Stream) {
        writables += 1
        onWritable(stream)
    }

    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) {
        closures.append(closure)
        onClosed(stream)
        // Nothing may follow; and what the closures captured is let go.
        (onData, onEnd, onWritable, onClosed) = ({ _ in }, { _ in }, { _ in }, { _ in })
    }
}

/// A session delegate that keeps what it hears.
final class SessionRecorder: HTTP2SessionDelegate {
    var settings = 0
    var outputs = 0
    var goAways: [(code: HTTP2ErrorCode, lastStreamID: Int32, debugData: [UInt8])] = []
    var pings: [UInt64] = []
    var accepted: [(stream: HTTP2Stream, head: HeaderBlock, handler: Recorder)] = []
    /// Makes the handler of an incoming stream; `nil` refuses it.
    var onAccept: (HTTP2Stream, HeaderBlock) -> Recorder? = { _, _ in Recorder() }

    func session(
        _ session: HTTP2Session, accept stream: HTTP2Stream, head: HeaderBlock, endStream: Bool
    ) -> (any HTTP2StreamHandler)? {
        guard let handler = onAccept(stream, head) else { return nil }
        accepted.append((stream, head, handler))
        return handler
    }

    func sessionHasOutput(_ session: HTTP2Session) {
        outputs += 1
    }

    func sessionReceivedSettings(_ session: HTTP2Session) {
        settings += 1
    }

    func session(
        _ session: HTTP2Session, receivedGoAway code: HTTP2ErrorCode, lastStreamID: Int32,
        debugData: [UInt8]
    ) {
        goAways.append((code, lastStreamID, debugData))
    }

    func session(_ session: HTTP2Session, receivedPingAcknowledgement opaque: UInt64) {
        pings.append(opaque)
    }
}
