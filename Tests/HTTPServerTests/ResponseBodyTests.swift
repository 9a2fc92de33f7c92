import EventLoop
import HTTPMessage
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

@Suite("Bodies of responses")
struct ResponseBodyTests {
    struct Broken: Error {}

    /// A body of `count` chunks.
    static func stream(
        _ count: Int, of chunk: [UInt8], length: Int? = nil, reads: Counter = .init()
    )
        -> Body
    {
        .stream(
            BodyStream(length: length) {
                guard reads.value < count else { return nil }
                reads.value += 1
                return chunk
            })
    }

    @Test("a stream of unknown length is chunked, and the connection stays")
    func chunked() throws {
        let server = try TestServer {
            $0.respond(Response(.ok, body: Self.stream(3, of: Array("abc".utf8))))
        }
        try server.use {
            let client = server.client()
            for _ in 0..<2 {
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                let response = try server.response(client)
                #expect(response["Transfer-Encoding"] == "chunked")
                #expect(response.body == "abcabcabc")
            }
            #expect(server.summaries.first?.bodyBytes == 9)
            client.close()
        }
    }

    @Test("a stream of known length has a Content-Length")
    func sized() throws {
        let server = try TestServer {
            $0.respond(Response(.ok, body: Self.stream(3, of: Array("abc".utf8), length: 9)))
        }
        try server.use {
            let response = try server.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(response["Content-Length"] == "9")
            #expect(response.body == "abcabcabc")
        }
    }

    @Test("HTTP/1.0 gets a stream of unknown length until the connection ends")
    func streamToHTTP10() throws {
        let server = try TestServer {
            $0.respond(Response(.ok, body: Self.stream(3, of: Array("abc".utf8))))
        }
        try server.use {
            let response = try server.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(response["Transfer-Encoding"] == nil)
            #expect(response.body == "abcabcabc")
        }
    }

    @Test("a stream that fails or ends early cuts the connection", arguments: [nil, 100])
    func brokenStream(length: Int?) throws {
        let server = try TestServer { exchange in
            let reads = Counter()
            let stream = BodyStream(length: length) {
                reads.value += 1
                guard reads.value == 1 else { throw Broken() }
                return Array("abc".utf8)
            }
            exchange.respond(Response(.ok, body: .stream(stream)))
        }
        try server.use {
            let client = server.client()
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try server.wait(for: "the end of the connection") { client.isClosed }
            #expect(client.text.contains("abc"))
            #expect(!client.text.hasSuffix("0\r\n\r\n"))
            #expect(server.summaries.map(\.ending) == [.aborted])
        }
    }

    @Test("a client that does not read stops the producer, and gets everything when it reads")
    func downloadBackPressure() throws {
        let count = 512
        let chunk = [UInt8](repeating: 0x62, count: 64 << 10)
        let reads = Counter()
        let server = try TestServer {
            let body = Self.stream(count, of: chunk, length: count * chunk.count, reads: reads)
            $0.respond(Response(.ok, body: body))
        }
        try server.use {
            let client = server.client()
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try server.wait(for: "the head") { !client.input.isEmpty }
            client.isReadingPaused = true
            client.isDiscarding = true
            var before = -1
            try server.wait(for: "the producer to stall") {
                server.loop.schedule(after: .milliseconds(5)) {}
                defer { before = reads.value }
                return before == reads.value
            }
            // The window and the kernel's buffers, of 32 MiB.
            #expect(reads.value < count / 2)
            client.isReadingPaused = false
            try server.wait(for: "the rest") {
                client.receivedBytes > count * chunk.count
            }
            #expect(reads.value == count)
            client.close()
        }
    }

    @Test("a large body in memory arrives whole")
    func largeBody() throws {
        let server = try TestServer {
            $0.respond(.text(String(repeating: "x", count: 5 << 20)))
        }
        try server.use {
            let response = try server.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(response.body.utf8.count == 5 << 20)
        }
    }

    @Test("a client that leaves a stream cancels whoever produces it")
    func abandonedStream() throws {
        let cancelled = Counter()
        let started = Counter()
        let server = try TestServer()
        server.answer = { [unowned server] exchange in
            let channel = ByteChannel(loop: server.loop, capacity: 10)
            let stream = BodyStream {
                started.value += 1
                do {
                    return try await channel.next()
                } catch {
                    cancelled.value += 1
                    throw error
                }
            }
            exchange.respond(Response(.ok, body: .stream(stream)))
        }
        try server.use {
            let client = server.client()
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try server.wait(for: "the stream") { started.value == 1 }
            client.close()
            try server.wait(for: "the cancellation") { cancelled.value == 1 }
            try server.wait(for: "the end") { server.summaries.count == 1 }
            #expect(server.summaries.map(\.ending) == [.aborted])
        }
    }

    @Test("fields go out as they are, but for those that are the server's business")
    func fields() throws {
        let server = try TestServer { exchange in
            var response = Response.text("x")
            response.fields[.eTag] = "\"1\""
            response.fields[.server] = "a\tb"
            response.fields[.vary] = ""
            response.fields[.contentLength] = "7"
            response.fields[.connection] = "keep-alive"
            response.fields[.transferEncoding] = "chunked"
            response.fields.append(HTTPField(name: .setCookie, value: "a=1"))
            response.fields.append(HTTPField(name: .setCookie, value: "b=\u{e4}"))
            exchange.respond(response)
        }
        try server.use {
            let response = try server.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(response["ETag"] == "\"1\"")
            #expect(response["Content-Length"] == "1")
            #expect(response["Server"] == "a\tb")
            // libmicrohttpd cannot send an empty value.
            #expect(response["Vary"] == nil)
            #expect(response["Transfer-Encoding"] == nil)
            let cookies = response.fields.filter { $0.name == "Set-Cookie" }.map(\.value)
            #expect(cookies == ["a=1", "b=\u{e4}"])
        }
    }
}
