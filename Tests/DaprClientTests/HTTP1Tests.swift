import EventLoop
import HTTPTypes
import Testing

@testable import DaprClient

@Suite("A sidecar that only speaks HTTP/1.1")
struct HTTP1Tests {
    private let options = CallOptions(timeout: .seconds(10))

    private func ok(_ body: String, _ fields: String = "") -> HTTP1Answer {
        .send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    private func get(
        _ transport: HTTPTransport, _ options: CallOptions? = nil
    ) async throws(DaprError) -> String? {
        let value = try await transport.getState(
            store: "s", key: "k", consistency: nil, metadata: [:], options: options ?? self.options)
        return value.map { String(decoding: $0.data, as: UTF8.self) }
    }

    private func save(_ transport: HTTPTransport) async throws(DaprError) {
        try await transport.saveState(
            store: "s", items: [StateItem(key: "k", value: [0x31])], options: options)
    }

    private func echo(
        _ transport: HTTPTransport, _ body: DaprBody, verb: HTTPRequest.Method = .post
    ) async throws -> InvokeResponse {
        try await transport.invoke(
            InvokeRequest(appID: "a", verb: verb, method: "m", body: body), options: options)
    }

    @Test(
        "is found out once, whatever it says to HTTP/2, and its connection is kept",
        arguments: [
            .sendAndClose("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
            .send("HTTP/1.1 505 HTTP Version Not Supported\r\nContent-Length: 0\r\n\r\n"),
            .close, .send("what?\r\n\r\n and more of that, for a frame has nine bytes"),
        ] as [HTTP1Answer])
    func detection(refusal: HTTP1Answer) async throws {
        try await withHTTP1Server(refusing: refusal) { _ in
            ok("1")
        } body: { server, transport, pool in
            for _ in 0..<5 {
                let value = try await get(transport)
                #expect(value == "1")
            }
            #expect(await server.prefaces == 1)
            #expect(await server.accepted == 2)
            #expect(await server.requests.last?.numberOnConnection == 5)
            let head = try #require(await server.requests.first?.head)
            #expect(head.hasPrefix("GET /v1.0/state/s/k HTTP/1.1\r\nhost: 127.0.0.1:"))
            #expect(!head.contains("\r\n:"))
            #expect(await pool.statistics.connections == 1)
            #expect(await pool.statistics.retries == 0)
        }
    }

    @Test(
        "every framing of an answer gives the same result",
        arguments: [
            .send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"),
            .send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nA: b\r\n\r\n"),
            .sendAndClose("HTTP/1.1 200 OK\r\n\r\n1"),
            .sendAndClose("HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.11\r\n\r\n1"),
            .sendAndClose("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1"),
            .send("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"),
        ] as [HTTP1Answer])
    func framings(answer: HTTP1Answer) async throws {
        try await withHTTP1Server { _ in
            answer
        } body: { server, transport, _ in
            for _ in 0..<3 {
                let value = try await get(transport)
                #expect(value == "1")
            }
            #expect(await server.prefaces == 1)
        }
    }

    @Test(
        "an answer that breaks the rules is malformed, one that is cut off is a lost connection",
        arguments: [
            (
                .send(
                    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1"),
                .malformedResponse
            ),
            (.send("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), .malformedResponse),
            (.send("garbage\r\n\r\n"), .malformedResponse),
            (
                .send("HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello"),
                .malformedResponse
            ),
            (
                .sendAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), .unavailable
            ),
            (
                .sendAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n1"),
                .unavailable
            ),
            (.close, .unavailable),
        ] as [(HTTP1Answer, DaprError.Kind)])
    func broken(answer: HTTP1Answer, kind: DaprError.Kind) async throws {
        try await withHTTP1Server { request in
            // The bridge has to be proven, or the next call tries HTTP/2 again.
            request.number == 1 ? ok("1") : answer
        } body: { _, transport, _ in
            try await save(transport)
            let error = await #expect(throws: DaprError.self) { try await save(transport) }
            #expect(error?.kind == kind, "\(String(describing: error))")
            #expect(error?.isUnprocessed == false)
        }
    }

    @Test(
        "within TLS an answer is complete at the end of TLS, not at that of the socket",
        arguments: [
            (.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"), nil),
            (.sendAndClose("HTTP/1.1 200 OK\r\n\r\n1"), nil),
            (.sendAndCut("HTTP/1.1 200 OK\r\n\r\n1"), .unavailable),
            (.sendAndCut("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), .unavailable),
            (
                .sendAndCut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n"),
                .unavailable
            ),
            // Whole before it is cut.
            (.sendAndCut("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"), nil),
        ] as [(HTTP1Answer, DaprError.Kind?)])
    func truncation(answer: HTTP1Answer, kind: DaprError.Kind?) async throws {
        try await withHTTP1Server(usesTLS: true) { _ in
            answer
        } body: { server, transport, _ in
            if let kind {
                let error = await #expect(throws: DaprError.self) { try await get(transport) }
                #expect(error?.kind == kind, "\(String(describing: error))")
            } else {
                let value = try await get(transport)
                #expect(value == "1")
            }
            #expect(await server.prefaces == 0)
        }
    }

    @Test("a kept connection that closes under a request: a read is sent again, a write is not")
    func race() async throws {
        try await withHTTP1Server { request in
            request.numberOnConnection == 2 ? .close : ok("1")
        } body: { server, transport, pool in
            for _ in 0..<2 {
                let value = try await get(transport)
                #expect(value == "1")
            }
            #expect(await server.requests.count == 3)
            #expect(await pool.statistics.retries == 1)
            let error = await #expect(throws: DaprError.self) { try await save(transport) }
            #expect(error?.kind == .unavailable)
            #expect(error?.isUnprocessed == false)
            #expect(await server.requests.count == 4)
        }
    }

    @Test("what comes behind an answer is not the next one's")
    func smuggling() async throws {
        try await withHTTP1Server { request in
            request.number == 1
                ? .send(
                    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil") : ok("2")
        } body: { server, transport, _ in
            let first = try await get(transport)
            #expect(first == "1")
            let second = try await get(transport)
            #expect(second == "2")
            await server.blurt("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            let third = try await get(transport)
            #expect(third == "2")
        }
    }

    @Test("content is streamed to it, with a length or in chunks, and from it")
    func streams() async throws {
        let pieces = (0..<50).map { [UInt8](repeating: UInt8($0), count: 10_000) }
        let long = String(repeating: "x", count: 300_000)
        try await withHTTP1Server { _ in
            .send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-App: 1\r\n"
                    + "Connection: x-hop\r\nX-Hop: 1\r\n\r\n"
                    + "493e0\r\n\(long)\r\n493e0\r\n\(long)\r\n0\r\n\r\n")
        } body: { server, transport, _ in
            for length in [500_000, nil] {
                let source = Source(pieces)
                let response = try await echo(
                    transport, .stream(length: length) { await source.next() })
                #expect(response.fields[.init("x-app")!] == "1")
                #expect(response.fields[.init("x-hop")!] == nil)
                let content = try await response.body.collect()
                #expect(content?.count == 600_000)
                let request = try #require(await server.requests.last)
                #expect(request.body == Array(pieces.joined()))
                #expect(
                    request.head.contains("transfer-encoding: chunked") == (length == nil))
            }
            #expect(await server.accepted == 2)
        }
    }

    @Test("an answer to HEAD has no content; a POST without any says so")
    func bare() async throws {
        try await withHTTP1Server { request in
            request.head.hasPrefix("HEAD")
                ? .send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                : .send("HTTP/1.1 204 No Content\r\n\r\n")
        } body: { server, transport, _ in
            for verb in [HTTPRequest.Method.head, .post, .head] {
                let response = try await echo(transport, .empty, verb: verb)
                let content = try await response.body.collect()
                #expect(content == [])
            }
            #expect(await server.requests[1].head.contains("content-length: 0"))
            #expect(await server.requests.last?.numberOnConnection == 3)
        }
    }

    @Test("an answer that comes before the content is sent is taken, and ends the connection")
    func early() async throws {
        try await withHTTP1Server(answersEarly: true) { _ in
            .send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno")
        } body: { _, transport, _ in
            let response = try await echo(
                transport, .stream(length: nil) { [UInt8](repeating: 1, count: 50_000) })
            #expect(response.status.code == 401)
            let content = try await response.body.collect()
            #expect(content == Array("no".utf8))
        }
    }

    @Test("a call that is too late, or cancelled, closes its connection, and only that")
    func givenUp() async throws {
        try await withHTTP1Server { request in
            request.number == 1 ? ok("1") : .silence
        } body: { server, transport, _ in
            _ = try await get(transport)
            let late = await #expect(throws: DaprError.self) {
                try await get(transport, CallOptions(timeout: .milliseconds(50)))
            }
            #expect(late?.kind == .deadlineExceeded)
            while await server.closed < 1 { await Task.yield() }
            let task = Task { try await get(transport) }
            while await server.requests.count < 3 { await Task.yield() }
            task.cancel()
            let cancelled = await #expect(throws: DaprError.self) { try await task.value }
            #expect(cancelled?.kind == .cancelled)
            while await server.closed < 2 { await Task.yield() }
            await server.answer { _ in ok("2") }
            let value = try await get(transport)
            #expect(value == "2")
        }
    }

    @Test("an answer over the limit is not taken")
    func limit() async throws {
        try await withHTTP1Server(limit: 1024) { _ in
            ok("\"" + String(repeating: "x", count: 100_000) + "\"")
        } body: { _, transport, _ in
            let error = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(error?.kind == .tooLarge)
        }
    }

    @Test("many calls at a time have a connection each, up to the limit, and then wait")
    func many() async throws {
        try await withHTTP1Server { _ in
            ok("1")
        } body: { server, transport, pool in
            await withTaskGroup(of: String?.self) { group in
                for _ in 0..<500 { group.addTask { try? await get(transport) } }
                for await value in group { #expect(value == "1") }
            }
            #expect(await server.requests.count == 500)
            #expect(await server.accepted <= 4 * 32 + 4)
            #expect(await pool.statistics.openStreams == 0)
        }
    }

    @Test("when it goes, calls fail as unprocessed; when it is back, HTTP/2 gets its chance again")
    func absence() async throws {
        try await withHTTP1Server { _ in
            ok("1")
        } body: { server, transport, pool in
            _ = try await get(transport)
            await server.die()
            while await pool.statistics.connections > 0 { await Task.yield() }
            let error = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(error?.kind == .unavailable)
            #expect(error?.isUnprocessed == true)
            #expect(error?.message.contains("Connection refused") == true)
            _ = try await server.listen()
            await pool.leaveBackOff()
            let value = try await get(transport)
            #expect(value == "1")
            #expect(await server.prefaces == 2)
        }
    }
}

/// Gives out pieces, one after the other.
private actor Source {
    private var pieces: [[UInt8]]

    init(_ pieces: [[UInt8]]) { self.pieces = pieces.reversed() }

    func next() -> [UInt8]? { pieces.popLast() }
}
