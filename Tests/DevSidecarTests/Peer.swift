import EventLoop
import HTTP2
import Testing

@testable import DevSidecar

/// A sidecar on a loop that the test turns by hand.
final class Bench {
    let loop: EventLoop
    let server: SidecarServer

    init(_ configuration: SidecarConfiguration, clock: any LoopClock = SystemClock()) throws {
        loop = try EventLoop(clock: clock)
        server = try SidecarServer(configuration: configuration, loop: loop) { _ in }
    }

    deinit { server.stop() }

    static func configuration() -> SidecarConfiguration {
        SidecarConfiguration(
            appID: "app",
            components: [
                Component(name: "store", type: "state.in-memory"),
                Component(
                    name: "secrets", type: "secretstores.local.file",
                    metadata: ["secrets": #"{"a":"b"}"#]),
            ])
    }

    /// Lets everything that is under way on the loopback arrive.
    func settle() {
        for _ in 0..<200 { loop.runOnce() }
    }

    /// Turns the loop until something holds; gives up after many turns.
    func turn(until condition: () -> Bool) {
        for _ in 0..<20_000 where !condition() { loop.runOnce() }
    }
}

/// A connection of a client, with what the sidecar sent.
final class Wire: SocketStreamHandler {
    private var socket: SocketStream?
    private var attempt: ConnectAttempt?
    private var waiting: [UInt8] = []
    private(set) var received: [UInt8] = []
    private(set) var isClosed = false
    var onReceived: (Span<UInt8>) -> Void = { _ in }

    init(_ bench: Bench, to address: SocketAddress) {
        attempt = ConnectAttempt(to: address, on: bench.loop, timeout: .seconds(5)) {
            [weak self, loop = bench.loop] result in
            guard let self else { return }
            switch consume result {
            case .connected(let descriptor):
                do throws(SystemError) {
                    socket = try SocketStream(descriptor, on: loop, handler: self)
                    socket?.flush()
                } catch {
                    Issue.record("\(error)")
                }
            case .failed(let error): Issue.record("\(error)")
            }
        }
    }

    deinit { socket?.close() }

    func send(_ bytes: [UInt8]) {
        waiting += bytes
        socket?.flush()
    }

    var text: String { String(decoding: received, as: UTF8.self) }

    func received(_ bytes: Span<UInt8>) {
        for index in bytes.indices { received.append(bytes[index]) }
        onReceived(bytes)
    }

    func fill(_ output: inout [UInt8]) {
        output += waiting
        waiting = []
    }

    func closed(_ error: SystemError?) { isClosed = true }
}

/// An HTTP/2 client on a wire.
final class HTTP2Client: HTTP2SessionDelegate {
    let wire: Wire
    let session: HTTP2Session
    private(set) var goAways: [String] = []

    init(_ bench: Bench, to address: SocketAddress) throws {
        wire = Wire(bench, to: address)
        session = try HTTP2Session(role: .client)
        session.delegate = self
        wire.onReceived = { [unowned self] bytes in
            try? session.receive(bytes)
            pump()
        }
        pump()
    }

    func pump() {
        var output: [UInt8] = []
        try? session.drain(into: &output)
        if !output.isEmpty { wire.send(output) }
    }

    func call(_ head: [(String, String)], body: [UInt8] = []) throws -> Answer {
        var block = HeaderBlock()
        for (name, value) in head { try block.append(name, value) }
        let answer = Answer()
        _ = try session.open(block, body: body, end: true, handler: answer)
        pump()
        return answer
    }

    /// Calls a gRPC method with a message.
    func grpc(_ method: String, _ message: [UInt8], extra: [(String, String)] = []) throws -> Answer
    {
        let length = UInt8(message.count)
        return try call(
            [
                (":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "a"),
                ("content-type", "application/grpc"), ("te", "trailers"),
            ] + extra,
            body: [0, 0, 0, 0, length] + message)
    }

    func session(
        _ session: HTTP2Session, receivedGoAway code: HTTP2ErrorCode, lastStreamID: Int32,
        debugData: [UInt8]
    ) {
        goAways.append("\(code) \(lastStreamID) " + String(decoding: debugData, as: UTF8.self))
    }
}

/// What came back on a stream.
final class Answer: HTTP2StreamHandler {
    private(set) var head: HeaderBlock?
    private(set) var trailers: HeaderBlock?
    private(set) var body: [UInt8] = []
    private(set) var isOver = false

    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
        endStream: Bool
    ) {
        if kind == .trailers { trailers = headers } else { head = headers }
    }

    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
        for index in data.indices { body.append(data[index]) }
        stream.consume(data.count)
    }

    func streamReceivedEnd(_ stream: HTTP2Stream) {}

    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) { isOver = true }

    var grpcStatus: String? { (trailers ?? head)?["grpc-status"] }
    var grpcMessage: String? { (trailers ?? head)?["grpc-message"] }
}
