import JSON
import Testing

@testable import DevSidecar

@Suite struct EchoAppTests {
    private let app = EchoApp(port: 7000)

    private func get(_ target: String, body: [UInt8] = []) throws -> AppResponse {
        let fields = [AppField(name: "X-A", value: "hé")]
        return try app.answer(
            AppRequest(method: "GET", target: target, fields: fields, body: body))
    }

    @Test("it answers with what it was asked, as Python writes JSON")
    func echo() throws {
        let text = String(decoding: try get("/a?b=c", body: Array("é\"".utf8)).body, as: UTF8.self)
        #expect(
            text == #"{"method": "GET", "path": "/a?b=c", "headers": [["X-A", "h\u00c3\u00a9"]], "#
                + #""body": "\u00e9\""}"#)
    }

    @Test("content that is no text comes back in base 64, long content only as its length")
    func content() throws {
        #expect(try JSONValue.parse(get("/a", body: [0xFF]).body)["bodyBase64"] == "/w==")
        let long = try JSONValue.parse(get("/a", body: Array(repeating: 0x78, count: 100_001)).body)
        #expect(long["body"] == .null)
        #expect(long["bodyLength"]?.intValue == 100_001)
    }

    @Test("it answers with a wanted status", arguments: [201, 204, 302, 404, 503])
    func status(status: Int) throws {
        let answer = try get("/status/\(status)")
        #expect(answer.status == status)
        #expect(answer.body.isEmpty == (status == 204))
        #expect(answer.value(of: "location") == (status == 302 ? "/elsewhere" : nil))
    }

    @Test("it can take its time")
    func slow() throws {
        #expect(try get("/slow?ms=300").delay == .milliseconds(300))
        #expect(try get("/a").delay == .zero)
    }

    @Test("it can close the connection")
    func close() {
        #expect(throws: AppFailure.self) { try get("/close") }
    }

    @Test("what its subscriptions were sent is handed out once")
    func take() throws {
        _ = try get("/memorders")
        _ = try get("/other")
        let taken = try JSONValue.parse(get("/_take").body).arrayValue
        #expect(taken?.map { $0["path"]?.stringValue } == ["/memorders"])
        #expect(try get("/_take").body == Array("[]".utf8))
    }
}
