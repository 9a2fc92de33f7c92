import HTTP1
import HTTP2
import Testing

/// Notes what a parser reports.
private final class Recorder: HTTP1ResponseHandler {
    var heads: [(head: HeaderBlock, hasContent: Bool)] = []
    var content = ""

    func responseBegan(_ head: HeaderBlock, hasContent: Bool) {
        heads.append((head, hasContent))
    }

    func responseReceived(_ bytes: Span<UInt8>) {
        for index in bytes.indices { content.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
    }
}

@Suite("Responses of HTTP/1.1")
struct ResponseParserTests {
    private typealias Progress = HTTP1ResponseParser.Progress

    private func parse(
        _ text: String, isHead: Bool = false, step: Int = .max, _ recorder: Recorder
    ) throws(HTTP1Error) -> Progress {
        let parser = HTTP1ResponseParser(handler: recorder)
        parser.expect(isHead: isHead)
        let bytes = Array(text.utf8)
        var progress = Progress.incomplete
        var start = 0
        while start < bytes.count {
            let end = step < bytes.count - start ? start + step : bytes.count
            progress = try parser.receive(Array(bytes[start..<end]).span)
            start = end
        }
        return progress
    }

    @Test(
        "a response is read, whole or byte by byte",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200", "hi", true),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1;x=y\r\ni\r\n"
                    + "0\r\nTrailer: t\r\n\r\n", "200", "hi", true
            ),
            ("HTTP/1.1 204 No Content\r\n\r\n", "204", "", true),
            ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404", "", true),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\n"
                    + "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nhi", "201", "hi", true
            ),
            (
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", "200",
                "hi", false
            ),
            ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200", "hi", false),
        ] as [(String, String, String, Bool)], [1, 7, Int.max])
    func reads(response: (String, String, String, Bool), step: Int) throws {
        let recorder = Recorder()
        let progress = try parse(response.0, step: step, recorder)
        #expect(progress == .complete(isReusable: response.3))
        #expect(recorder.heads.count == 1)
        #expect(recorder.heads.first?.head[":status"] == response.1)
        #expect(recorder.content == response.2)
        #expect(recorder.heads.first?.hasContent == !response.2.isEmpty)
    }

    @Test("names come in lower case, values without white space at their ends")
    func fields() throws {
        let recorder = Recorder()
        _ = try parse(
            "HTTP/1.1 200 OK\r\nX-Name:  a b \t\r\nEmpty:\r\nContent-Length: 0\r\n\r\n", step: 1,
            recorder)
        let head = try #require(recorder.heads.first?.head)
        #expect(head["x-name"] == "a b")
        #expect(head["empty"] == "")
    }

    @Test("an answer to HEAD has no content, whatever its head says")
    func head() throws {
        let recorder = Recorder()
        let progress = try parse(
            "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", isHead: true, recorder)
        #expect(progress == .complete(isReusable: true))
        #expect(recorder.heads.first?.hasContent == false)
    }

    @Test("content without a length ends with the connection, which is not used again")
    func untilTheEnd() throws {
        let recorder = Recorder()
        let parser = HTTP1ResponseParser(handler: recorder)
        parser.expect(isHead: false)
        #expect(try parser.receive(Array("HTTP/1.1 200 OK\r\n\r\nhi".utf8).span) == .incomplete)
        #expect(try parser.finish() == .complete(isReusable: false))
        #expect(recorder.content == "hi")
    }

    @Test(
        "a connection that ends in the midst of a response is an error",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", "HTTP/1.1 200 OK\r\nConte",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
        ])
    func truncated(text: String) throws {
        let parser = HTTP1ResponseParser(handler: Recorder())
        parser.expect(isHead: false)
        #expect(try parser.receive(Array(text.utf8).span) == .incomplete)
        #expect(throws: HTTP1Error.self) { try parser.finish() }
    }

    @Test(
        "what could be read in two ways, or is no HTTP, is refused",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
            "HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\u{1}\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            "HTTP/1.1 9999 X\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "SSH-2.0-OpenSSH\r\n",
            "\u{0}\u{0}\u{12}\u{4}", "HTTP/1.1 20x OK\r\n\r\n",
        ], [1, Int.max])
    func refused(text: String, step: Int) {
        #expect(throws: HTTP1Error.self) { try parse(text, step: step, Recorder()) }
    }

    @Test(
        "an interim answer with content is refused, for that would be taken for the final one's",
        arguments: [
            "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
        ],
        [1, 7, Int.max])
    func interimContent(rest: String, step: Int) throws {
        let recorder = Recorder()
        #expect(throws: HTTP1Error.self) {
            try parse("HTTP/1.1 100 Continue\r\n" + rest, step: step, recorder)
        }
        #expect(recorder.heads.isEmpty && recorder.content.isEmpty)
        // Without content it may say so.
        let final = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
        let progress = try parse(
            "HTTP/1.1 103 Hints\r\nContent-Length: 0\r\n\r\n" + final, step: step, recorder)
        #expect(progress == .complete(isReusable: true))
        #expect(recorder.heads.count == 1 && recorder.content == "hi")
    }

    @Test("a head that does not end is refused")
    func endlessHead() {
        let field = "A: " + String(repeating: "b", count: 1000) + "\r\n"
        #expect(throws: HTTP1Error.self) {
            try parse(
                "HTTP/1.1 200 OK\r\n" + String(repeating: field, count: 70) + "\r\n", Recorder())
        }
        #expect(throws: HTTP1Error.self) {
            try parse(
                "HTTP/1.1 200 OK\r\nA: " + String(repeating: "b", count: 70_000), step: 1000,
                Recorder())
        }
    }

    @Test("an answer that was not asked for, behind another one or on its own, is not taken")
    func unsolicited() throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
        let recorder = Recorder()
        #expect(try parse(answer + answer, recorder) == .complete(isReusable: false))
        #expect(recorder.heads.count == 1)
        let parser = HTTP1ResponseParser(handler: recorder)
        #expect(throws: HTTP1Error.self) { try parser.receive(Array(answer.utf8).span) }
    }

    @Test("several responses come over one connection")
    func reuse() throws {
        let recorder = Recorder()
        let parser = HTTP1ResponseParser(handler: recorder)
        for _ in 0..<3 {
            parser.expect(isHead: false)
            let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx".utf8)
            #expect(try parser.receive(bytes.span) == .complete(isReusable: true))
        }
        #expect(recorder.content == "xxx")
    }
}
