import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("Content that fits the client")
struct NegotiationTests {
    private typealias Fields = [(name: String, value: String)]

    private static let long = #"{"text":"\#(String(repeating: "abcdefgh ", count: 400))"}"#

    private func dapr(_ value: String = long, etag: String = "7") -> FakeDapr {
        FakeDapr {
            $0.state["k"] = StateValue(data: Array(value.utf8), etag: ETag(rawValue: etag))
        }
    }

    private func bytes(_ response: Response) async throws -> [UInt8] {
        switch response.body {
        case .empty: []
        case .bytes(let bytes): bytes
        case .stream(let stream): try #require(try await stream.collect(upTo: .max))
        }
    }

    /// The length of the content of one gzip member, which its last four bytes tell (RFC 1952).
    private func lengthInside(_ gzip: [UInt8]) -> Int? {
        guard gzip.count > 18, gzip.starts(with: [0x1F, 0x8B, 8]) else { return nil }
        return gzip.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    // MARK: - Accept

    @Test(
        "a read whose type is not acceptable is 406, for GET and HEAD",
        arguments: [
            ("text/plain", 406), ("application/json", 200), ("*/*", 200), ("text/*;q=1", 406),
            ("application/*;q=0.1, text/plain", 200), ("", 200), ("text/event-stream", 406),
        ])
    func acceptance(value: String, status: Int) async {
        for method in [HTTPRequest.Method.get, .head] {
            let response = await dapr().send(method, "/v1/state/-/k", [("Accept", value)])
            #expect(response.status.code == status)
            #expect((response.problem == "not-acceptable") == (status == 406))
            if status == 406 {
                #expect(response.fields[.vary] == "Accept")
                #expect(response.detail?.contains("application/json") == true)
            }
        }
    }

    @Test("a write is not undone by what its client accepts, and a failure is told in any case")
    func notForWrites() async {
        let accept: Fields = [("Accept", "image/png")]
        #expect(await dapr().send(.put, "/v1/state/-/k", accept, body: "1").status == .noContent)
        #expect(await dapr().send(.get, "/v1/state/-/nothing", accept).problem == "not-found")
        #expect(await dapr().send(.get, "/v1/invoke/echo/x", accept).status == .ok)
    }

    // MARK: - Accept-Encoding

    @Test("long text is compressed for those who accept it, with a tag of its own")
    func compressed() async throws {
        let response = await dapr().send(
            .get, "/v1/state/-/k", [("Accept-Encoding", "gzip, deflate")])
        let content = try await bytes(response)
        #expect(response.fields[.contentEncoding] == "gzip")
        #expect(response.fields[.vary] == "Accept-Encoding")
        #expect(response.fields[.contentType] == "application/json")
        #expect(response.fields[values: .eTag] == ["\"7-gzip\""])
        #expect(lengthInside(content) == Self.long.utf8.count)
        #expect(content.count < Self.long.utf8.count / 2)
        let head = await dapr().send(.head, "/v1/state/-/k", [("Accept-Encoding", "gzip")])
        #expect(head.fields == response.fields)
        #expect(head.body.length == content.count)
    }

    @Test("others get it as it is, and are told that it varies")
    func identity() async throws {
        let all: [Fields] = [[], [("Accept-Encoding", "br")], [("Accept-Encoding", "gzip;q=0")]]
        for fields in all {
            let response = await dapr().send(.get, "/v1/state/-/k", fields)
            #expect(response.fields[.contentEncoding] == nil)
            #expect(response.fields[.vary] == "Accept-Encoding")
            #expect(response.fields[values: .eTag] == ["\"7\""])
            #expect(try await bytes(response) == Array(Self.long.utf8))
        }
    }

    @Test(
        "short content, bytes and what gets no smaller stay as they are",
        arguments: [String(repeating: "a", count: 1023), "\u{1}\u{0}"])
    func notCompressed(value: String) async throws {
        let response = await dapr(value).send(
            .get, "/v1/state/-/k", [("Accept-Encoding", "gzip")])
        #expect(response.fields[.contentEncoding] == nil)
        #expect(response.fields[.vary] == nil)
        #expect(try await bytes(response) == Array(value.utf8))
        let noise = FakeDapr { world in
            world.state["k"] = StateValue(
                data: (0..<4000).map { _ in .random(in: 0...255) }, etag: ETag(rawValue: "1"))
        }
        let same = await noise.send(.get, "/v1/state/-/k", [("Accept-Encoding", "gzip")])
        #expect(same.fields[.contentEncoding] == nil)
        #expect(same.body.length == 4000)
    }

    @Test("very long text is compressed while it is sent")
    func streamed() async throws {
        let value = String(repeating: "0123456789abcde\n", count: 40_000)
        let response = await dapr(value).send(
            .get, "/v1/state/-/k", [("Accept-Encoding", "gzip")])
        #expect(response.body.length == nil)
        let content = try await bytes(response)
        #expect(lengthInside(content) == value.utf8.count)
    }

    @Test("what passes through is not touched")
    func passedThrough() async throws {
        let dapr = FakeDapr {
            $0.invokeResponse = InvokeResponse(
                status: .ok, fields: [.contentType: "text/plain"],
                body: .bytes(Array(Self.long.utf8)))
        }
        let response = await dapr.send(
            .get, "/v1/invoke/echo/x", [("Accept-Encoding", "gzip"), ("Accept", "image/png")])
        #expect(response.fields[.contentEncoding] == nil)
        #expect(response.fields[.vary] == nil)
        #expect(try await bytes(response) == Array(Self.long.utf8))
        #expect(dapr.now.invoked?.fields[.acceptEncoding] == "gzip")
    }

    @Test("long problem documents are compressed, too")
    func problems() async throws {
        let dapr = FakeDapr()
        dapr.fail("getState", DaprError(.componentFailed, String(repeating: "no ", count: 1000)))
        let response = await dapr.send(.get, "/v1/state/-/k", [("Accept-Encoding", "gzip")])
        #expect(response.status.code == 502)
        #expect(response.fields[.contentEncoding] == "gzip")
        #expect(response.fields[.contentType] == "application/problem+json")
    }

    // MARK: - Tags

    @Test(
        "the tag of either form is the version",
        arguments: ["\"7\"", "\"7-gzip\"", "7-gzip", "\"1\", \"7-gzip\""])
    func versions(tag: String) async {
        let unchanged = await dapr().send(.get, "/v1/state/-/k", [("If-None-Match", tag)])
        #expect(unchanged.status == .notModified)
        #expect(unchanged.fields[.vary] == "Accept-Encoding")
        let store = dapr()
        let written = await store.send(.put, "/v1/state/-/k", [("If-Match", tag)], body: "2")
        #expect(written.status == .noContent)
        #expect(store.now.saved.map(\.etag) == [ETag(rawValue: "7")])
    }

    @Test(
        "other tags are not, and a weak one guards no write",
        arguments: ["\"7-gzi\"", "\"-gzip\"", "\"77-gzip\"", "W/\"7-gzip\"", "\"7-gzip-gzip\""])
    func otherVersions(tag: String) async {
        let written = await dapr().send(.put, "/v1/state/-/k", [("If-Match", tag)], body: "2")
        #expect(written.status == .preconditionFailed)
    }

    @Test("304 repeats the tag that the client has")
    func notModified() async {
        let all: [(Fields, String)] = [
            ([("If-None-Match", "\"7-gzip\""), ("Accept-Encoding", "gzip")], "\"7-gzip\""),
            ([("If-None-Match", "\"7\""), ("Accept-Encoding", "gzip")], "\"7\""),
            ([("If-None-Match", "\"7\"")], "\"7\""),
        ]
        for (fields, tag) in all {
            let response = await dapr().send(.get, "/v1/state/-/k", fields)
            #expect(response.status == .notModified)
            #expect(response.fields[values: .eTag] == [tag])
        }
    }

    // MARK: - Bodies

    @Test(
        "a body of a type that the route cannot take is 415",
        arguments: [
            ("text/csv", 415), ("application/xml; charset=utf-8", 415), ("image/png", 415),
            ("application/json", 204), ("APPLICATION/JSON; charset=utf-8", 204),
            ("application/merge-patch+json", 204), ("application/x-www-form-urlencoded", 204),
            ("", 204),
        ])
    func bodyTypes(type: String, status: Int) async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .patch, "/v1/state/-", [("Content-Type", type)],
            body: #"[{"op":"delete","key":"a"}]"#)
        #expect(response.status.code == status)
        if status == 415 {
            #expect(response.problem == "unsupported-media-type")
            #expect(response.fields[.accept] == "application/json")
            #expect(dapr.calls == [])
        }
    }

    @Test("a compressed body is 415 where it would be stored as it is, not where it passes through")
    func bodyCoding() async {
        let gzip: Fields = [("Content-Encoding", "gzip"), ("Content-Type", "text/plain")]
        let dapr = FakeDapr()
        let refused = await dapr.send(.put, "/v1/state/-/k", gzip, body: "x")
        #expect(refused.problem == "unsupported-media-type")
        #expect(refused.fields[.acceptEncoding] == "identity")
        #expect(dapr.calls == [])
        let identity: Fields = [("Content-Encoding", "Identity")]
        #expect(await dapr.send(.put, "/v1/state/-/k", identity, body: "x").status == .noContent)
        #expect(await dapr.send(.post, "/v1/invoke/echo/x", gzip, body: "x").status == .ok)
        #expect(dapr.now.invoked?.fields[.contentEncoding] == "gzip")
    }

    @Test("whoever asks before sending a body is told at once")
    func beforeTheBody() throws {
        let facade = Facade(settings: .test)
        func policy(_ type: String) throws(GatewayError) -> Route.BodyPolicy {
            try facade.bodyPolicy(
                for: Request(
                    method: .patch, target: RequestTarget("/v1/state/-"),
                    fields: FieldBlock([("Content-Length", "9"), ("Content-Type", type)])))
        }
        #expect(throws: GatewayError.self) { try policy("text/csv") }
        #expect(throws: Never.self) { try policy("application/json") }
    }
}
