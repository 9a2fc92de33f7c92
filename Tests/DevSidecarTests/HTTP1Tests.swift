import HTTPMessage
import HTTPTypes
import Testing

@testable import DevSidecar

private func parse(_ text: String) throws(HTTP1Refusal) -> (head: HTTP1Head, end: Int)? {
    try HTTP1HeadParser.parse(Array(text.utf8), from: 0)
}

@Suite("HTTP/1 as Go's net/http reads it")
struct HTTP1Tests {
    @Test("a head is complete with its empty line, at whatever byte the pieces end")
    func pieces() throws {
        let text = "GET /a?b HTTP/1.1\r\nHost: h\r\nX-A:  v \r\n\r\n"
        for length in 0..<text.utf8.count {
            let piece = Array(text.utf8.prefix(length))
            #expect(try HTTP1HeadParser.parse(piece, from: 0) == nil, "\(length)")
        }
        let (head, end) = try #require(try parse(text + "rest"))
        #expect(end == text.utf8.count)
        #expect(head.method == "GET")
        #expect(head.target.description == "/a?b")
        #expect(head.fields[try #require(HTTPField.Name("x-a"))] == "v")
        #expect(head.framing == .none)
        #expect(!head.closes)
    }

    @Test(
        "what Go refuses is refused with its status",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", 400, "missing required Host header"),
            ("nonsense\r\n\r\n", 400, ""), ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""),
            ("GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, ""),
            ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "unsupported protocol version"),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "too many Host headers"),
            ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, ""),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, ""),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400,
                ""
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501,
                "Unsupported transfer encoding"
            ),
        ])
    func refusals(text: String, status: Int, reason: String) {
        #expect(throws: HTTP1Refusal(status: status, reason: reason)) { _ = try parse(text) }
    }

    @Test("a head of more than 8192 bytes is refused, also before its end came")
    func largeHead() throws {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        let fits = start + String(repeating: "x", count: 8192 - start.utf8.count - 4) + "\r\n\r\n"
        #expect(try parse(fits) != nil)
        #expect(throws: HTTP1Refusal.headTooLarge) {
            _ = try parse(start + String(repeating: "x", count: 9000))
        }
        #expect(throws: HTTP1Refusal.headTooLarge) { _ = try parse("x" + fits) }
    }

    @Test("folded lines join, the absolute form loses its authority, chunked wins over a length")
    func tolerance() throws {
        let (head, _) = try #require(
            try parse(
                "POST http://a/v1.0/x HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n"
                    + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            ))
        #expect(head.target.description == "/v1.0/x")
        #expect(head.fields[try #require(HTTPField.Name("x"))] == "1 folded")
        #expect(head.framing == .chunked)
        #expect(head.closes)
    }

    @Test("HTTP/1.0 needs no Host and closes unless asked otherwise")
    func oldVersion() throws {
        #expect(try parse("GET / HTTP/1.0\r\n\r\n")?.head.closes == true)
        #expect(try parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")?.head.closes == false)
    }

    @Test("chunks arrive whole, at whatever byte the pieces end")
    func chunks() {
        let text = Array("3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\nnext".utf8)
        for cut in 0...text.count {
            var body = HTTP1Body(.chunked)
            var content: [UInt8] = []
            var position = 0
            let first = body.read(Array(text[..<cut]), &position) { content += $0 }
            if first == .needsMore {
                #expect(body.read(text, &position) { content += $0 } == .complete)
            }
            #expect(String(decoding: content, as: UTF8.self) == "abc0123456789")
            #expect(String(decoding: text[position...], as: UTF8.self) == "next")
        }
    }

    @Test("broken chunks are refused in Go's words")
    func brokenChunks() {
        var body = HTTP1Body(.chunked)
        var position = 0
        #expect(
            body.read(Array("zz\r\n".utf8), &position) { _ in }
                == .broken("invalid byte in chunk length"))
        body = HTTP1Body(.chunked)
        position = 0
        #expect(
            body.read(Array("1\r\nab\r\n".utf8), &position) { _ in }
                == .broken("malformed chunked encoding"))
    }

    @Test("one byte over the limit is cut off, two are an error")
    func bodyLimit() {
        func collect(_ count: Int) -> BodyBuffer {
            var buffer = BodyBuffer(limit: 10)
            for _ in 0..<count { buffer.append([1][...]) }
            return buffer
        }
        #expect(collect(10).bytes.count == 10)
        #expect(collect(10).error == nil)
        #expect(collect(11).bytes.count == 10)
        #expect(collect(11).error == nil)
        #expect(collect(12).bytes.count == 10)
        #expect(collect(12).error == "stream too large")
    }

    @Test("responses have Go's order of fields, and chunks from 2049 bytes on")
    func responses() {
        func text(_ response: SidecarResponse, isHead: Bool = false) -> String {
            var output: [UInt8] = []
            HTTP1Response.append(
                response, to: &output, isHead: isHead, isHTTP10: false, closes: true,
                date: Array("D".utf8))
            return String(decoding: output, as: UTF8.self)
        }
        var response = SidecarResponse.json(Array("{}".utf8))
        response.fields.insert(.init(name: "x-b", value: "a\r\nb"), at: 0)
        let fields = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-B: a  b\r\nDate: D\r\n"
        #expect(text(response) == fields + "Content-Length: 2\r\nConnection: close\r\n\r\n{}")
        #expect(
            text(response, isHead: true)
                == fields + "Content-Length: 2\r\nConnection: close\r\n\r\n")
        let long = SidecarResponse(status: 200, body: Array(repeating: 0x78, count: 2049))
        #expect(text(long).contains("Transfer-Encoding: chunked\r\n\r\n801\r\nxxx"))
        #expect(text(long).hasSuffix("x\r\n0\r\n\r\n"))
        #expect(!text(.noContent).contains("Content-Length"))
    }
}
