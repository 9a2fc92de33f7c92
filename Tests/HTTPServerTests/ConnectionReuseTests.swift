import EventLoop
import HTTPMessage
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

@Suite("Keep-alive, HTTP/1.0, HEAD and what has no content")
struct ConnectionReuseTests {
    static func echoTarget(_ exchange: Exchange) {
        exchange.respond(.text(exchange.request.target.description))
    }

    @Test("three pipelined requests get three responses in order on one connection")
    func pipelining() throws {
        let server = try TestServer(answer: Self.echoTarget)
        try server.use {
            let client = server.client()
            client.send(
                ["/a", "/b", "/c"].map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
            for target in ["/a", "/b", "/c"] {
                let response = try server.response(client)
                #expect(response.status == 200)
                #expect(response.body == target)
                #expect(response["Connection"] == nil)
                #expect(response["Date"] != nil)
            }
            #expect(server.server?.connectionCount == 1)
            #expect(server.summaries.map(\.bodyBytes) == [2, 2, 2])
            client.close()
        }
    }

    @Test("three pipelined requests that are answered later get their responses in order")
    func pipeliningOfAsynchronousAnswers() throws {
        let server = try TestServer()
        server.answer = { [unowned server] exchange in
            server.loop.schedule(after: .zero) { Self.echoTarget(exchange) }
        }
        try server.use {
            let client = server.client()
            client.send(
                ["/a", "/b", "/c"].map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
            for target in ["/a", "/b", "/c"] {
                try #expect(server.response(client).body == target)
            }
            client.close()
        }
    }

    @Test(
        "HTTP/1.0 closes after the response unless it asks for keep-alive",
        arguments: [("", true), ("Connection: keep-alive\r\n", false)])
    func http10(field: String, closes: Bool) throws {
        let server = try TestServer(answer: Self.echoTarget)
        try server.use {
            let client = server.client()
            client.send("GET /old HTTP/1.0\r\n\(field)\r\n")
            let response = try server.response(client)
            #expect(response.body == "/old")
            #expect(server.summaries.first?.request.version == .http10)
            if closes {
                try server.wait(for: "the end of the connection") { client.isClosed }
            } else {
                #expect(response["Connection"]?.lowercased() == "keep-alive")
                client.send("GET /again HTTP/1.0\r\n\r\n")
                try #expect(server.response(client).body == "/again")
            }
            client.close()
        }
    }

    @Test("HTTP/1.1 closes when the client says so")
    func connectionClose() throws {
        let server = try TestServer(answer: Self.echoTarget)
        try server.use {
            let client = server.client()
            client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            try #expect(server.response(client)["Connection"]?.lowercased() == "close")
            try server.wait(for: "the end of the connection") { client.isClosed }
        }
    }

    @Test("HEAD gets the length of the body and not the body")
    func head() throws {
        let server = try TestServer { $0.respond(.text("twelve bytes")) }
        try server.use {
            let client = server.client()
            client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let head = try server.response(client, isHead: true)
            #expect(head["Content-Length"] == "12")
            #expect(head["Content-Type"] == "text/plain")
            try #expect(server.response(client).body == "twelve bytes")
            client.close()
        }
    }

    @Test("HEAD of a streamed body reads none of it")
    func headOfStream() throws {
        let reads = Counter()
        let server = try TestServer { exchange in
            let stream = BodyStream(length: 99) {
                reads.value += 1
                return nil
            }
            exchange.respond(Response(.ok, body: .stream(stream)))
        }
        try server.use {
            let client = server.client()
            client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
            try #expect(server.response(client, isHead: true)["Content-Length"] == "99")
            #expect(reads.value == 0)
            client.close()
        }
    }

    @Test("204 and 304 have no content and keep the connection", arguments: [204, 304])
    func noContent(code: Int) throws {
        let server = try TestServer { exchange in
            var response = Response.text("not to be sent")
            response.status = HTTPResponse.Status(code: code)
            exchange.respond(response)
        }
        try server.use {
            let client = server.client()
            for _ in 0..<2 {
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try #expect(server.response(client).status == code)
            }
            #expect(client.input.isEmpty)
            #expect(server.server?.connectionCount == 1)
            client.close()
        }
    }
}
