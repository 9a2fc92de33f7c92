import EventLoop
import HTTPMessage
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

/// A server on a free port whose answers are closures, and the loop that it and its clients share.
final class TestServer: HTTPServerHandler {
    let loop: EventLoop
    let address: SocketAddress
    private(set) var server: HTTPServer?
    var disposition: (Request) -> BodyDisposition = { _ in .buffer(limit: 1 << 20) }
    var answer: (Exchange) -> Void
    private(set) var summaries: [ExchangeSummary] = []
    private(set) var refusals: [ServerRefusal] = []

    init(
        _ configuration: HTTPServer.Configuration = .init(), on address: String = "127.0.0.1:0",
        clock: any LoopClock = SystemClock(),
        answer: @escaping (Exchange) -> Void = { $0.respond(Response(.ok)) }
    ) throws {
        loop = try EventLoop(clock: clock)
        self.answer = answer
        let listener = try Listener(on: try #require(SocketAddress(address)))
        self.address = listener.address
        let server = try HTTPServer(loop: loop, configuration: configuration, handler: self)
        try server.listen(on: listener)
        self.server = server
    }

    /// Runs a test's body, then stops the server and checks that nothing stayed behind.
    func use(_ body: () throws -> Void) throws {
        defer {
            stop()
            #expect(server?.connectionCount == 0)
            #expect(server?.exchangeCount == 0)
            server = nil
            answer = { _ in }
            disposition = { _ in .stream(limit: .max) }
        }
        try body()
    }

    func stop() {
        onLoop { self.server?.shutdown() }
    }

    /// Does something as if the loop had called it.
    func onLoop(_ body: @escaping () -> Void) {
        var isDone = false
        loop.schedule(after: .zero) {
            body()
            isDone = true
        }
        loop.run { isDone }
    }

    /// Runs the loop until something holds; ten seconds mean that it never will.
    func wait(
        for what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
        until condition: () -> Bool
    ) throws {
        var isLate = false
        let timer = loop.schedule(after: .seconds(10)) { isLate = true }
        loop.run { isLate || condition() }
        loop.cancel(timer)
        try #require(!isLate, what, sourceLocation: sourceLocation)
    }

    func client() -> TestClient {
        TestClient(to: address, on: loop)
    }

    /// The next response on a connection.
    func response(
        _ client: TestClient, isHead: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> WireResponse {
        var response: WireResponse?
        try wait(for: "a response", sourceLocation: sourceLocation) {
            response = response ?? client.takeResponse(isHead: isHead)
            return response != nil || client.isClosed
        }
        response = response ?? client.takeResponse(isHead: isHead)
        return try #require(response, "closed without a response", sourceLocation: sourceLocation)
    }

    /// One request on a connection of its own.
    func exchange(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> WireResponse {
        let client = client()
        defer { client.close() }
        client.send(text)
        return try response(client, sourceLocation: sourceLocation)
    }

    // MARK: - HTTPServerHandler

    func server(_ server: HTTPServer, bodyFor request: Request) -> BodyDisposition {
        disposition(request)
    }

    func server(_ server: HTTPServer, received exchange: Exchange) {
        answer(exchange)
    }

    func server(
        _ server: HTTPServer, responseFor refusal: ServerRefusal, to request: Request?
    ) -> Response {
        refusals.append(refusal)
        let status: HTTPResponse.Status =
            switch refusal {
            case .targetTooLong: .uriTooLong
            case .headersTooLarge: .requestHeaderFieldsTooLarge
            case .bodyTooLarge: .contentTooLarge
            case .malformed: .badRequest
            case .unsupportedTransferCoding: .notImplemented
            case .tooManyConnections: .serviceUnavailable
            case .unanswered: .internalServerError
            }
        return Response(status, fields: [.retryAfter: "1"], body: .bytes(Array("\(refusal)".utf8)))
    }

    func server(_ server: HTTPServer, finished summary: ExchangeSummary) {
        summaries.append(summary)
    }
}

extension Response {
    /// A 200 with text.
    static func text(_ text: String) -> Response {
        Response(.ok, fields: [.contentType: "text/plain"], body: .bytes(Array(text.utf8)))
    }
}

extension Body {
    /// The content that is in memory, as text.
    var text: String {
        if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { "" }
    }
}
