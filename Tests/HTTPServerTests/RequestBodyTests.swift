import EventLoop
import HTTPMessage
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

@Suite("Bodies of requests")
struct RequestBodyTests {
    static func echo(_ exchange: Exchange) {
        exchange.respond(.text(exchange.request.body.text))
    }

    /// Reads a streamed body on the loop, then responds with its length.
    static func count(_ exchange: Exchange, on loop: EventLoop) {
        guard case .stream(let stream) = exchange.request.body else {
            return exchange.respond(.text("not a stream"))
        }
        // Sound: the task stays on the loop, which this test runs.
        nonisolated(unsafe) let exchange = exchange
        Task(executorPreference: loop) {
            var count = 0
            do {
                while let chunk = try await stream.next() { count += chunk.count }
            } catch {
                count = -1
            }
            let result = count
            loop.execute { unsafe exchange.respond(.text("\(result)")) }
        }
    }

    @Test(
        "a buffered body is complete when the handler gets it",
        arguments: [
            "Content-Length: 11\r\n\r\nhello world",
            "Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n",
            "Expect: 100-continue\r\nContent-Length: 11\r\n\r\nhello world",
        ], ["POST", "PUT", "PATCH", "DELETE", "GET"])
    func buffered(rest: String, method: String) throws {
        let server = try TestServer(answer: Self.echo)
        try server.use {
            let client = server.client()
            for _ in 0..<2 {
                client.send("\(method) / HTTP/1.1\r\nHost: x\r\n\(rest)")
                var response = try server.response(client)
                if response.status == 100 { response = try server.response(client) }
                #expect(response.status == 200)
                #expect(response.body == "hello world")
            }
            #expect(server.server?.connectionCount == 1)
            client.close()
        }
    }

    @Test("100 Continue is sent only when the handler wants the body")
    func expectContinue() throws {
        let server = try TestServer(answer: Self.echo)
        try server.use {
            let client = server.client()
            client.send(
                "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            try #expect(server.response(client).status == 100)
            client.send("abc")
            try #expect(server.response(client).body == "abc")
            client.close()
        }
    }

    @Test(
        "a body that is announced too long is refused before it is sent",
        arguments: ["POST", "PUT", "PATCH", "DELETE"], ["", "Expect: 100-continue\r\n"])
    func tooLong(method: String, expect: String) throws {
        let server = try TestServer(answer: Self.echo)
        server.disposition = { _ in .buffer(limit: 10) }
        try server.use {
            let client = server.client()
            client.send(
                "\(method) / HTTP/1.1\r\nHost: x\r\n\(expect)Content-Length: 11\r\n\r\n")
            let response = try server.response(client)
            #expect(response.status == 413)
            #expect(response["Connection"]?.lowercased() == "close")
            #expect(server.refusals == [.bodyTooLarge(limit: 10)])
            client.close()
            try server.wait(for: "the end") { server.summaries.count == 1 }
            #expect(server.summaries.first?.status == 413)
        }
    }

    @Test("a chunked body that grows too long gets 413, then the connection ends")
    func chunkedTooLong() throws {
        let server = try TestServer(answer: Self.echo)
        server.disposition = { _ in .buffer(limit: 10) }
        try server.use {
            let client = server.client()
            client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            client.send("6\r\nhello \r\n5\r\nworld\r\n")
            let response = try server.response(client)
            #expect(response.status == 413)
            #expect(response["Connection"] == "close")
            #expect(response["Retry-After"] == "1")
            try server.wait(for: "the end of the connection") { client.isClosed }
            try server.wait(for: "the end of the exchange") { server.server?.exchangeCount == 0 }
            #expect(server.summaries.map(\.status) == [413])
        }
    }

    @Test(
        "the handler may refuse a body, with and without Expect",
        arguments: ["", "Expect: 100-continue\r\n"])
    func refusal(expect: String) throws {
        let server = try TestServer(answer: Self.echo)
        server.disposition = { _ in .refuse(Response(.unauthorized)) }
        try server.use {
            let client = server.client()
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try #expect(server.response(client).status == 401)
            client.send("PATCH / HTTP/1.1\r\nHost: x\r\n\(expect)Content-Length: 5\r\n\r\n")
            try #expect(server.response(client).status == 401)
            client.close()
        }
    }

    @Test("a streamed upload is read piece by piece", arguments: [true, false])
    func streamed(isChunked: Bool) throws {
        let server = try TestServer()
        server.disposition = { _ in .stream(limit: .max) }
        server.answer = { [unowned server] in Self.count($0, on: server.loop) }
        try server.use {
            let client = server.client()
            let head = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 6"
            client.send("POST / HTTP/1.1\r\nHost: x\r\n\(head)\r\n\r\n")
            client.send(isChunked ? "3\r\nabc\r\n" : "abc")
            try server.wait(for: "the head") { server.server?.exchangeCount == 1 }
            client.send(isChunked ? "3\r\ndef\r\n0\r\n\r\n" : "def")
            try #expect(server.response(client).body == "6")
            client.close()
        }
    }

    @Test("an upload that nobody reads stops at the window, and goes on when it is read")
    func uploadBackPressure() throws {
        let total = 32 << 20
        let server = try TestServer()
        server.disposition = { _ in .stream(limit: .max) }
        var waiting: Exchange?
        server.answer = { waiting = $0 }
        try server.use {
            let client = server.client()
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: \(total)\r\n\r\n")
            var left = total
            client.source = {
                let count = min(left, 256 << 10)
                left -= count
                return count == 0 ? nil : [UInt8](repeating: 0x61, count: count)
            }
            try server.wait(for: "the head") { waiting != nil }
            var sent = -1
            try server.wait(for: "the upload to stall") {
                client.flush()
                defer { sent = client.sentBytes }
                return client.sentBytes == sent
            }
            // The window, the kernel's buffers and the client's own: far from 32 MiB.
            #expect(client.sentBytes < 16 << 20)
            let exchange = try #require(waiting)
            waiting = nil
            server.onLoop { Self.count(exchange, on: server.loop) }
            try server.wait(for: "the whole upload") {
                client.flush()
                return !client.input.isEmpty
            }
            try #expect(server.response(client).body == "\(total)")
            client.close()
        }
    }

    @Test("an error response during an upload is sent at once and ends the connection")
    func earlyError() throws {
        let server = try TestServer()
        server.disposition = { _ in .stream(limit: .max) }
        var waiting: Exchange?
        server.answer = { waiting = $0 }
        try server.use {
            let client = server.client()
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
            try server.wait(for: "the head") { waiting != nil }
            server.onLoop { waiting.take()?.respond(Response(.conflict)) }
            try #expect(server.response(client).status == 409)
            try server.wait(for: "the end of the connection") { client.isClosed }
        }
    }

    @Test("a success that comes before the end of the upload waits for it")
    func earlySuccess() throws {
        let server = try TestServer { $0.respond(.text("early")) }
        server.disposition = { _ in .stream(limit: .max) }
        try server.use {
            let client = server.client()
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
            try server.wait(for: "the head") { server.server?.exchangeCount == 1 }
            client.send("def")
            try #expect(server.response(client).body == "early")
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
            try #expect(server.response(client).body == "early")
            #expect(server.server?.connectionCount == 1)
            client.close()
        }
    }

    @Test("a reader learns that the client left in the middle of an upload")
    func brokenUpload() throws {
        let server = try TestServer()
        let failures = Counter()
        server.disposition = { _ in .stream(limit: .max) }
        var kept: Exchange?
        server.answer = { [unowned server] exchange in
            kept = exchange
            guard case .stream(let stream) = exchange.request.body else { return }
            Task(executorPreference: server.loop) {
                do {
                    while try await stream.next() != nil {}
                } catch is RequestBodyError {
                    failures.value += 1
                }
            }
        }
        try server.use {
            let client = server.client()
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
            try server.wait(for: "the head") { kept != nil }
            client.close()
            try server.wait(for: "the error") { failures.value == 1 }
            #expect(kept?.isCancelled == true)
            server.onLoop { kept = nil }
        }
    }

    @Test("an upload that pauses for too long is ended")
    func stalledUpload() throws {
        var configuration = HTTPServer.Configuration()
        configuration.bodyIdleTimeout = .milliseconds(100)
        let server = try TestServer(configuration, answer: Self.echo)
        try server.use {
            let client = server.client()
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
            try server.wait(for: "the end of the connection") { client.isClosed }
            #expect(server.summaries.map(\.ending) == [.aborted])
        }
    }
}
