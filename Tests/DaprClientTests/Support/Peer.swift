import EventLoop
import HTTP2

/// One request as the scripted peer received it.
struct PeerRequest: Sendable {
    var fields: HeaderBlock
    var body: [UInt8] = []
    /// The how manieth it is, from 1.
    var number = 0

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The gRPC message, without its prefix.
    var message: [UInt8] { Array(body.dropFirst(5)) }
}

/// What the scripted peer does with a request.
enum PeerAnswer: Sendable {
    /// A head, content, and trailers when there are any.
    case respond([(String, String)], [UInt8], trailers: [(String, String)]?)
    /// A head and the beginning of the content; the stream stays open.
    case begin([(String, String)], [UInt8])
    /// Nothing: the stream stays open.
    case silence
    /// RST_STREAM.
    case reset(HTTP2ErrorCode)
    /// GOAWAY that covers nothing: what is open was not processed. The connection closes.
    case goAwayUnprocessed
    /// Closes the socket at once.
    case hangUp
    /// Bytes past the session, which need be no frames.
    case raw([UInt8])

    /// A gRPC answer that is OK.
    static func message(_ message: [UInt8]) -> PeerAnswer {
        let prefix: [UInt8] = [
            0, 0, UInt8(message.count >> 16), UInt8(message.count >> 8 & 255),
            UInt8(message.count & 255),
        ]
        return .respond(
            [(":status", "200"), ("content-type", "application/grpc")], prefix + message,
            trailers: [("grpc-status", "0")])
    }

    /// A gRPC answer of trailers only.
    static func status(_ code: Int, _ fields: [(String, String)] = []) -> PeerAnswer {
        .respond(
            [
                (":status", "200"), ("content-type", "application/grpc"),
                ("grpc-status", "\(code)"),
            ] + fields, [], trailers: nil)
    }

    /// An HTTP answer.
    static func http(
        _ status: Int, _ body: String = "", _ fields: [(String, String)] = []
    ) -> PeerAnswer {
        .respond([(":status", "\(status)")] + fields, Array(body.utf8), trailers: nil)
    }
}

/// An HTTP/2 server on a thread of its own whose answers a test scripts.
actor Peer {
    typealias Script = @Sendable (PeerRequest) -> PeerAnswer

    nonisolated let loop: EventLoop
    private nonisolated let thread: LoopThread
    private var listener: Listener?
    private var accepting: Watch?
    private var connections: [PeerConnection] = []
    private var script: Script
    /// Answers streams message by message, in place of `script`.
    private(set) var streamScript: PeerStreamScript?
    private(set) var requests: [PeerRequest] = []
    private(set) var resets = 0
    private(set) var accepted = 0
    private(set) var address = SocketAddress.ip("127.0.0.1", port: 0)
    private var watchers: [(count: Int, CheckedContinuation<Void, Never>)] = []

    private var disconnectWatchers: [CheckedContinuation<Void, Never>] = []
    private var resetWatchers: [(count: Int, CheckedContinuation<Void, Never>)] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    init(_ script: @escaping Script) throws {
        loop = try EventLoop()
        self.script = script
        thread = try LoopThread(running: loop, name: "peer")
    }

    /// Starts to listen, on the port of last time if there was one.
    @discardableResult
    func listen() throws -> SocketAddress {
        let listener = try Listener(on: address)
        address = listener.address
        accepting = try loop.watch(listener.descriptor.rawValue, for: .readable) { _ in
            self.assumeIsolated { $0.accept() }
        }
        self.listener = consume listener
        return address
    }

    func answer(_ script: @escaping Script) {
        self.script = script
    }

    func answerStreams(_ script: @escaping PeerStreamScript) {
        streamScript = script
    }

    private func accept() {
        while let connection = try? listener?.accept() {
            accepted += 1
            if let made = try? PeerConnection(connection.takeDescriptor(), on: loop, peer: self) {
                connections.append(made)
            }
        }
    }

    fileprivate func answer(to request: PeerRequest) -> PeerAnswer {
        script(note(request))
    }

    /// Remembers a request, and tells those who wait for it.
    @discardableResult
    func note(_ request: PeerRequest) -> PeerRequest {
        var request = request
        request.number = requests.count + 1
        requests.append(request)
        let due = watchers.filter { $0.count <= requests.count }
        watchers.removeAll { $0.count <= requests.count }
        for watcher in due { watcher.1.resume() }
        return request
    }

    fileprivate func streamWasReset() {
        resets += 1
        let due = resetWatchers.filter { $0.count <= resets }
        resetWatchers.removeAll { $0.count <= resets }
        for watcher in due { watcher.1.resume() }
    }

    /// Waits until the client has reset that many streams.
    func waitForResets(_ count: Int) async {
        guard resets < count else { return }
        await withCheckedContinuation { resetWatchers.append((count, $0)) }
    }

    fileprivate func forget(_ connection: PeerConnection) {
        connections.removeAll { $0 === connection }
        guard connections.isEmpty else { return }
        for watcher in disconnectWatchers { watcher.resume() }
        disconnectWatchers = []
    }

    /// Waits until no client is connected any more.
    func waitForDisconnect() async {
        guard !connections.isEmpty else { return }
        await withCheckedContinuation { disconnectWatchers.append($0) }
    }

    /// Waits until that many requests have come.
    func waitForRequests(_ count: Int) async {
        guard requests.count < count else { return }
        await withCheckedContinuation { watchers.append((count, $0)) }
    }

    /// Closes the listening socket and every connection.
    func die() {
        if let accepting { loop.cancel(accepting) }
        accepting = nil
        listener = nil
        for connection in connections { connection.close() }
        connections = []
    }

    /// Ends the peer's thread.
    nonisolated func stop() async {
        await die()
        thread.join()
    }
}

/// One connection of the peer.
final class PeerConnection: SocketStreamHandler, HTTP2SessionDelegate {
    let peer: Peer
    private let session: HTTP2Session
    private var socket: SocketStream?

    init(_ descriptor: consuming Descriptor, on loop: EventLoop, peer: Peer) throws {
        self.peer = peer
        session = try HTTP2Session(role: .server)
        session.delegate = self
        socket = try SocketStream(descriptor, on: loop, handler: self)
        socket?.flush()
    }

    func close() {
        socket?.close()
        socket = nil
    }

    func received(_ bytes: Span<UInt8>) {
        try? session.receive(bytes)
        if session.wantsWrite { socket?.flush() }
    }

    func fill(_ output: inout [UInt8]) {
        try? session.drain(into: &output)
        output.append(contentsOf: rawOutput)
        rawOutput = []
    }

    func closed(_ error: SystemError?) {
        close()
        session.close(HTTP2Error(.closed, "gone"))
        let connection = PeerReference(connection: self)
        peer.assumeIsolated { $0.forget(connection.connection) }
    }

    func session(
        _ session: HTTP2Session, accept stream: HTTP2Stream, head: HeaderBlock, endStream: Bool
    ) -> (any HTTP2StreamHandler)? {
        if let script = peer.assumeIsolated({ $0.streamScript }) {
            return ScriptedStream(script, PeerRequest(fields: head), stream, on: self)
        }
        return PeerStream(PeerRequest(fields: head), on: self)
    }

    func sessionHasOutput(_ session: HTTP2Session) { socket?.flush() }

    func answer(_ request: PeerRequest, on stream: HTTP2Stream) {
        let answer = peer.assumeIsolated { $0.answer(to: request) }
        switch answer {
        case .respond(let head, let body, let trailers):
            let isEmpty = body.isEmpty && trailers == nil
            try? stream.respond(block(head), end: isEmpty)
            if !isEmpty { stream.send(body, end: trailers == nil) }
            if let trailers { try? stream.sendTrailers(block(trailers)) }
        case .begin(let head, let body):
            try? stream.respond(block(head))
            stream.send(body)
        case .silence: break
        case .reset(let code): stream.reset(code)
        case .goAwayUnprocessed: refuseAll()
        case .hangUp: close()
        case .raw(let bytes): sendRaw(bytes)
        }
    }

    func refuseAll() {
        // GOAWAY, last stream 0, NO_ERROR, written past the session, which would say otherwise.
        sendRaw([0, 0, 8, 7, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8))
    }

    private func sendRaw(_ bytes: [UInt8]) {
        rawOutput += bytes
        socket?.flush()
    }

    private var rawOutput: [UInt8] = []

    func reset() { peer.assumeIsolated { $0.streamWasReset() } }

    func block(_ fields: [(String, String)]) -> HeaderBlock {
        var block = HeaderBlock()
        for (name, value) in fields { try? block.append(name, value) }
        return block
    }
}

/// Carries a connection into its own peer's isolation, where it already is.
private struct PeerReference: @unchecked Sendable {
    let connection: PeerConnection
}

private final class PeerStream: HTTP2StreamHandler {
    private var request: PeerRequest
    private unowned let connection: PeerConnection

    init(_ request: PeerRequest, on connection: PeerConnection) {
        self.request = request
        self.connection = connection
    }

    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
        endStream: Bool
    ) {}

    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
        request.body.append(copying: data)
        stream.consume(data.count)
    }

    func streamReceivedEnd(_ stream: HTTP2Stream) {
        connection.answer(request, on: stream)
    }

    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) {
        if closure.cause == .resetByPeer { connection.reset() }
    }
}
