import EventLoop
import HTTPMessage
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

@Suite("Responses before the end of the upload")
struct EarlyResponseTests {
    /// A body that is made of the pieces of the request's.
    static func echo(_ exchange: Exchange) -> Body {
        guard case .stream(let upload) = exchange.request.body else { return .empty }
        return .stream(
            BodyStream {
                guard let chunk = try await upload.next() else { return nil }
                return Array("<".utf8) + chunk + Array(">".utf8)
            })
    }

    @Test("a stream that is made of the upload gets all of it")
    func echoed() throws {
        let server = try TestServer { $0.respond(Response(.ok, body: Self.echo($0))) }
        server.disposition = { _ in .stream(limit: .max) }
        try server.use {
            let client = server.client()
            client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            client.send("3\r\none\r\n")
            try server.wait(for: "the head") { server.server?.exchangeCount == 1 }
            client.send("3\r\ntwo\r\n0\r\n\r\n")
            let body = try server.response(client).body
            #expect(["<one><two>", "<onetwo>"].contains(body))
            client.close()
        }
    }

    @Test(
        "a streamed response that needs no upload is sent after the rest was dropped",
        arguments: [true, false], [HTTPResponse.Status.unauthorized, .ok])
    func dropsRest(atOnce: Bool, status: HTTPResponse.Status) throws {
        let total = 4 << 20
        var configuration = HTTPServer.Configuration()
        // A success could still read the upload, so it takes this long to see that it does not.
        configuration.bodyIdleTimeout = .milliseconds(200)
        let server = try TestServer(configuration)
        server.disposition = { _ in .stream(limit: .max) }
        server.answer = { [unowned server] exchange in
            var chunks = [Array("late".utf8), Array("r".utf8)].makeIterator()
            // Sound: everything in this test happens on its one thread.
            nonisolated(unsafe) let next = { chunks.next() }
            let response = Response(status, body: .stream(BodyStream { unsafe next() }))
            if atOnce { return exchange.respond(response) }
            server.loop.schedule(after: .zero) { exchange.respond(response) }
        }
        try server.use {
            for _ in 0..<2 {
                let client = server.client()
                client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: \(total)\r\n\r\n")
                client.send([UInt8](repeating: 0x61, count: total))
                let response = try server.response(client)
                #expect(response.status == status.code)
                #expect(response.body == "later")
                client.close()
            }
        }
    }

    @Test("a streamed upload that grows too long gets 413, and its reader an error")
    func streamTooLong() throws {
        let server = try TestServer()
        let failures = Counter()
        var cancellations = 0
        server.disposition = { _ in .stream(limit: 10) }
        let loop = server.loop
        server.answer = { exchange in
            guard case .stream(let stream) = exchange.request.body else { return }
            exchange.onCancel = { cancellations += 1 }
            // Sound: the task stays on the loop, which this test runs.
            nonisolated(unsafe) let exchange = exchange
            Task(executorPreference: loop) {
                do {
                    while try await stream.next() != nil {}
                } catch is RequestBodyError {
                    failures.value += 1
                }
                loop.execute { unsafe exchange.respond(.text("nobody reads this")) }
            }
        }
        try server.use {
            let client = server.client()
            client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            client.send("6\r\nhello \r\n5\r\nworld\r\n")
            let response = try server.response(client)
            #expect(response.status == 413)
            #expect(response["Connection"] == "close")
            try server.wait(for: "the error") { failures.value == 1 }
            #expect(cancellations == 1)
            #expect(server.refusals == [.bodyTooLarge(limit: 10)])
            client.send("0\r\n\r\n")
            try server.wait(for: "the end of the exchange") { server.server?.exchangeCount == 0 }
            #expect(server.summaries.map(\.status) == [413])
        }
    }

    @Test("so it does where the same read has filled the window of a reader who is slow")
    func streamTooLongWhileSuspended() throws {
        var configuration = HTTPServer.Configuration()
        configuration.streamWindow = 4
        let server = try TestServer(configuration)
        var exchanges: [Exchange] = []
        server.disposition = { _ in .stream(limit: 10) }
        server.answer = { exchanges.append($0) }
        try server.use {
            let client = server.client()
            client.send(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n")
            let response = try server.response(client)
            #expect(response.status == 413)
            try server.wait(for: "the end of the exchange") { server.server?.exchangeCount == 0 }
            #expect(server.summaries.map(\.status) == [413])
        }
        #expect(exchanges.count == 1)
    }

    @Test(
        "a client that sends a body although it is refused can read why",
        arguments: [BodyDisposition.buffer(limit: 10), .stream(limit: 10)], [true, false])
    func lingers(disposition: BodyDisposition, isWithinLimit: Bool) throws {
        let total = 8 << 20
        var configuration = HTTPServer.Configuration()
        if !isWithinLimit { configuration.lingeringBytes = 1 << 20 }
        let server = try TestServer(configuration)
        server.disposition = { _ in disposition }
        try server.use {
            let client = server.client()
            try server.wait(for: "a connection that is not read") {
                client.isReadingPaused = true
                return client.isReadingPaused
            }
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: \(total)\r\n\r\n")
            client.send([UInt8](repeating: 0x61, count: total))
            try server.wait(for: "the end of the exchange") { server.summaries.count == 1 }
            #expect(server.summaries.map(\.status) == [413])
            #expect(client.isFlushed == isWithinLimit)
            client.isReadingPaused = false
            if isWithinLimit { try #expect(server.response(client).status == 413) }
            try server.wait(for: "the end of the connection") { client.isClosed }
        }
    }

    @Test("a client that neither sends nor leaves after it was refused is cut off")
    func lingersBriefly() throws {
        var configuration = HTTPServer.Configuration()
        configuration.lingeringTime = .milliseconds(100)
        let server = try TestServer(configuration)
        server.disposition = { _ in .buffer(limit: 10) }
        try server.use {
            let client = server.client()
            try server.wait(for: "a connection that is not read") {
                client.isReadingPaused = true
                return client.isReadingPaused
            }
            client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
            try server.wait(for: "the end") { server.server?.connectionCount == 0 }
            #expect(server.summaries.map(\.status) == [413])
            client.close()
        }
    }
}
