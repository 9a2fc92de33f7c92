import EventLoop
import TLS

@testable import DaprClient

/// A request as the HTTP/1.1 server read it.
struct HTTP1Message: Sendable {
    /// The request line and the fields, as they came.
    var head = ""
    var body: [UInt8] = []
    /// The how manieth of all requests it is, and of its connection, from 1.
    var number = 0
    var numberOnConnection = 0

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// What the server does with a request, or with the beginning of HTTP/2.
enum HTTP1Answer: Sendable {
    case send(String)
    case sendAndClose(String)
    /// Within TLS, closes the socket without TLS's own end.
    case sendAndCut(String)
    case close
    case silence
}

/// A server that only speaks HTTP/1.1, on a thread of its own, whose answers a test scripts.
actor HTTP1Server {
    typealias Script = @Sendable (HTTP1Message) -> HTTP1Answer

    nonisolated let loop: EventLoop
    private nonisolated let thread: LoopThread
    private var listener: Listener?
    private var watch: Watch?
    private var connections: [HTTP1Peer] = []
    fileprivate let refusal: HTTP1Answer
    private let answersEarly: Bool
    private let tls: TLSContext?
    private var script: Script
    private(set) var address = SocketAddress.ip("127.0.0.1", port: 0)
    private(set) var requests: [HTTP1Message] = []
    private(set) var accepted = 0
    fileprivate(set) var prefaces = 0
    fileprivate(set) var closed = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    /// - Parameters:
    ///   - refusal: the answer to the beginning of HTTP/2.
    ///   - answersEarly: answers when the head is there, whatever of the content is missing.
    ///   - tls: speaks TLS, by these rules.
    init(
        refusing refusal: HTTP1Answer, answersEarly: Bool = false, tls: TLSContext? = nil,
        _ script: @escaping Script
    ) throws {
        loop = try EventLoop()
        thread = try LoopThread(running: loop, name: "http1")
        self.refusal = refusal
        self.answersEarly = answersEarly
        self.tls = tls
        self.script = script
    }

    func listen() throws -> SocketAddress {
        let listener = try Listener(on: address)
        address = listener.address
        watch = try loop.watch(listener.descriptor.rawValue, for: .readable) { _ in
            self.assumeIsolated { $0.accept() }
        }
        self.listener = consume listener
        return address
    }

    func answer(_ script: @escaping Script) { self.script = script }

    private func accept() {
        while let connection = try? listener?.accept() {
            accepted += 1
            let peer = HTTP1Peer(self, answersEarly: answersEarly)
            if let tls {
                try? peer.secure(connection.takeDescriptor(), by: tls)
            } else {
                peer.socket = try? SocketStream(
                    connection.takeDescriptor(), on: loop, handler: peer)
            }
            connections.append(peer)
        }
    }

    fileprivate func answer(to message: HTTP1Message) -> HTTP1Answer {
        var message = message
        message.number = requests.count + 1
        requests.append(message)
        return script(message)
    }

    fileprivate func preface() -> HTTP1Answer {
        prefaces += 1
        return refusal
    }

    fileprivate func wasClosed() { closed += 1 }

    /// Sends something that nobody asked for; it is with the kernel when this returns.
    func blurt(_ text: String) async {
        for connection in connections { connection.perform(.send(text)) }
        while connections.contains(where: { $0.socket?.isFlushed == false }) { await Task.yield() }
    }

    func die() {
        if let watch { loop.cancel(watch) }
        watch = nil
        listener = nil
        for connection in connections { connection.close() }
        connections = []
    }

    nonisolated func stop() async {
        await die()
        thread.join()
    }
}

/// One connection of the server.
private final class HTTP1Peer: SocketStreamHandler {
    private let server: HTTP1Server
    private let answersEarly: Bool
    var socket: SocketStream?
    private var tls: TLSStream?
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var closesWhenWritten = false
    private var cutsTLS = false
    private var count = 0

    init(_ server: HTTP1Server, answersEarly: Bool) {
        self.server = server
        self.answersEarly = answersEarly
    }

    func secure(_ descriptor: consuming Descriptor, by context: TLSContext) throws {
        tls = try TLSStream(
            TLSSession(accepting: context), over: descriptor, on: server.loop
        ) { [unowned self] error in
            if error == nil { socket = tls?.start(self) }
        }
    }

    func close() {
        if let tls, !cutsTLS { tls.close() } else { socket?.close() }
        socket = nil
    }

    func received(_ bytes: Span<UInt8>) {
        for index in bytes.indices { input.append(bytes[index]) }
        if input.starts(with: "PRI * HTTP/2.0\r\n\r\n".utf8) {
            input = []
            return perform(server.assumeIsolated { $0.preface() })
        }
        while let message = take() {
            count += 1
            var message = message
            message.numberOnConnection = count
            let request = message
            perform(server.assumeIsolated { $0.answer(to: request) })
        }
    }

    func perform(_ answer: HTTP1Answer) {
        switch answer {
        case .send(let text): output += Array(text.utf8)
        case .sendAndClose(let text):
            output += Array(text.utf8)
            closesWhenWritten = true
        case .sendAndCut(let text):
            output += Array(text.utf8)
            closesWhenWritten = true
            cutsTLS = true
        case .close: close()
        case .silence: break
        }
        socket?.flush()
    }

    func fill(_ output: inout [UInt8]) {
        output += self.output
        self.output = []
        if closesWhenWritten {
            server.loop.schedule(after: .milliseconds(5)) { [weak self] in self?.close() }
        }
    }

    func closed(_ error: SystemError?) {
        socket = nil
        server.assumeIsolated { $0.wasClosed() }
    }

    /// Takes the first complete request off the input.
    private func take() -> HTTP1Message? {
        guard let end = input.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        var message = HTTP1Message()
        message.head = String(decoding: input[..<end.lowerBound], as: UTF8.self)
        var rest = input[end.upperBound...]
        let fields = message.head.lowercased()
        if answersEarly {
            input = []
            return message
        }
        if fields.contains("transfer-encoding: chunked") {
            while true {
                guard let line = rest.firstRange(of: Array("\r\n".utf8)),
                    let size = Int(
                        String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16),
                    rest.endIndex >= line.upperBound + size + 2
                else { return nil }
                message.body += rest[line.upperBound..<line.upperBound + size]
                rest = rest[(line.upperBound + size + 2)...]
                if size == 0 { break }
            }
        } else if let field = fields.split(separator: "\r\n").first(where: {
            $0.hasPrefix("content-length: ")
        }), let length = Int(field.dropFirst(16)) {
            guard rest.count >= length else { return nil }
            message.body = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        input = Array(rest)
        return message
    }
}

/// Runs a test against such a server, and then sees to it that nothing was left behind.
func withHTTP1Server(
    refusing refusal: HTTP1Answer = .sendAndClose("HTTP/1.1 400 Bad Request\r\n\r\n"),
    answersEarly: Bool = false, usesTLS: Bool = false, limit: Int = 4 << 20,
    _ script: @escaping HTTP1Server.Script,
    body: (HTTP1Server, HTTPTransport, SidecarPool) async throws -> Void
) async throws {
    let rules =
        try usesTLS
        ? TLSContext(serving: Certificates.server(), protocols: ["http/1.1"]) : nil
    let server = try HTTP1Server(
        refusing: refusal, answersEarly: answersEarly, tls: rules, script)
    let address = try await server.listen()
    let thread = try LoopThread(running: try EventLoop(), name: "client")
    let pool = SidecarPool(
        to: SidecarEndpoint(address, usesTLS: usesTLS), on: thread.loop,
        tls: try usesTLS ? (Certificates.trusting.context(), "127.0.0.1") : nil,
        allowsHTTP1: true)
    let transport = try HTTPTransport(
        pool: pool, settings: TransportSettings(maxBodySize: limit))
    let result: Result<Void, any Error>
    do {
        try await body(server, transport, pool)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await pool.shutDown()
    await pool.expectNoLeftovers()
    thread.join()
    await server.stop()
    try result.get()
}
