import HTTP2
import Testing

@testable import DaprClient

@Suite("The HTTP API over real sockets")
struct HTTPTransportTests {
    private let options = CallOptions()

    @Test(
        "path segments are encoded strictly",
        arguments: [
            ("a", "a"), ("a/b", "a%2Fb"), ("a+b", "a%2Bb"), ("a b", "a%20b"), ("%", "%25"),
            ("\u{e9}", "%C3%A9"), ("?#&=;", "%3F%23%26%3D%3B"), ("-._~", "-._~"), (".", "%2E"),
            ("..", "%2E%2E"), ("...", "..."), ("\u{0}\n", "%00%0A"),
        ])
    func segments(text: String, encoded: String) {
        let path = RequestPath("state", "s", text)
        #expect(String(decoding: path.bytes, as: UTF8.self) == "/v1.0/state/s/" + encoded)
    }

    @Test("a value is read with its ETag and metadata")
    func get() async throws {
        try await withHTTPPeer { _ in
            .http(200, "{\"a\": 1.0}", [("etag", "3"), ("metadata.ttlexpiretime", "soon")])
        } body: { peer, transport in
            let value = try await transport.getState(
                store: "s", key: "a/b", consistency: .strong, metadata: ["p": "1&2"],
                options: options)
            #expect(
                value
                    == StateValue(
                        data: Array("{\"a\": 1.0}".utf8), etag: ETag(rawValue: "3"),
                        metadata: ["ttlexpiretime": "soon"]))
            let fields = try #require(await peer.requests.first?.fields)
            #expect(
                fields[":path"]
                    == "/v1.0/state/s/a%2Fb?consistency=strong&metadata.p=1%262")
            #expect(fields[":method"] == "GET")
            #expect(fields["dapr-api-token"] == "secret")
            #expect(fields["user-agent"]?.hasPrefix("daprgw/") == true)
        }
    }

    @Test(
        "204, and 200 without bytes and ETag, is a missing key; an ETag alone an empty value",
        arguments: [
            (PeerAnswer.http(204), nil), (.http(200), nil),
            (.http(200, "", [("etag", "1")]), StateValue(data: [], etag: ETag(rawValue: "1"))),
        ] as [(PeerAnswer, StateValue?)])
    func missing(answer: PeerAnswer, expected: StateValue?) async throws {
        try await withHTTPPeer { _ in
            answer
        } body: { _, transport in
            let value = try await transport.getState(
                store: "s", key: "k", consistency: nil, metadata: [:], options: options)
            #expect(value == expected)
        }
    }

    @Test("a save sends the value's text verbatim, and all that belongs to it")
    func save() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            let item = StateItem(
                key: "k\"", value: Array("{\"n\":9007199254740993,\"f\":1.0}".utf8),
                etag: ETag(rawValue: "7"),
                options: StateOptions(concurrency: .firstWrite, consistency: .strong),
                metadata: ["ttlInSeconds": "60"])
            try await transport.saveState(store: "s", items: [item], options: options)
            let request = try #require(await peer.requests.first)
            #expect(request.fields[":path"] == "/v1.0/state/s")
            #expect(request.fields["content-type"] == "application/json")
            #expect(
                request.text == """
                    [{"key":"k\\"","value":{"n":9007199254740993,"f":1.0},"etag":"7",\
                    "metadata":{"ttlInSeconds":"60"},\
                    "options":{"concurrency":"first-write","consistency":"strong"}}]
                    """)
        }
    }

    @Test("what is not JSON, or too long for the header limit, is never sent")
    func refused() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            for value in ["", "text", "{", "1 2", "\u{ff}"] {
                let item = StateItem(key: "k", value: Array(value.utf8))
                let error = await #expect(throws: DaprError.self) {
                    try await transport.saveState(store: "s", items: [item], options: options)
                }
                #expect(error?.kind == .notSupported)
                #expect(error?.message.contains("stores only JSON") == true)
            }
            let long = await #expect(throws: DaprError.self) {
                try await transport.getState(
                    store: "s", key: String(repeating: "k", count: 4000), consistency: nil,
                    metadata: [:], options: options)
            }
            #expect(long?.kind == .tooLarge)
            #expect(long?.message.contains("3584") == true)
            for key in ["", "a||b"] {
                let error = await #expect(throws: DaprError.self) {
                    try await transport.deleteState(
                        store: "s", key: key, etag: nil, stateOptions: StateOptions(),
                        metadata: [:], options: options)
                }
                #expect(error?.kind == .invalidArgument)
            }
            let store = await #expect(throws: DaprError.self) {
                try await transport.getSecret(store: "", name: "n", metadata: [:], options: options)
            }
            #expect(store?.kind == .invalidArgument)
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("a delete carries the ETag raw, and its options in the query")
    func delete() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            try await transport.deleteState(
                store: "s", key: "k", etag: ETag(rawValue: "\"1\""),
                stateOptions: StateOptions(concurrency: .lastWrite), metadata: [:],
                options: options)
            let fields = try #require(await peer.requests.first?.fields)
            #expect(fields[":method"] == "DELETE")
            #expect(fields[":path"] == "/v1.0/state/s/k?concurrency=last-write")
            #expect(fields["if-match"] == "\"1\"")
        }
    }

    @Test("a bulk get gives each key its part, in the order asked, values verbatim")
    func bulk() async throws {
        try await withHTTPPeer { _ in
            .http(
                200,
                """
                [{"key":"b","error":"down"},{"key":"a","data":{"x": 1.0},"etag":"1"},{"key":"c"},\
                {"key":"d","etag":"2"}]
                """)
        } body: { peer, transport in
            let items = try await transport.getBulkState(
                store: "s", keys: ["a", "b", "c", "d"], parallelism: 2, metadata: ["m": "1"],
                options: options)
            #expect(
                items == [
                    BulkStateItem(
                        key: "a",
                        value: StateValue(
                            data: Array("{\"x\": 1.0}".utf8), etag: ETag(rawValue: "1"))),
                    BulkStateItem(key: "b", error: "down"), BulkStateItem(key: "c"),
                    BulkStateItem(
                        key: "d", value: StateValue(data: [], etag: ETag(rawValue: "2"))),
                ])
            let request = try #require(await peer.requests.first)
            #expect(request.text == "{\"keys\":[\"a\",\"b\",\"c\",\"d\"],\"parallelism\":2}")
            #expect(request.fields[":path"] == "/v1.0/state/s/bulk?metadata.m=1")
        }
    }

    @Test("a bulk get that a value without JSON made empty is done key by key")
    func bulkFallback() async throws {
        try await withHTTPPeer { request in
            switch request.fields[":path"] {
            case "/v1.0/state/s/bulk": .http(200)
            case "/v1.0/state/s/a": .http(200, "raw", [("etag", "1")])
            case "/v1.0/state/s/b": .http(204)
            default: .http(500, "{\"errorCode\":\"ERR_STATE_GET\",\"message\":\"down\"}")
            }
        } body: { _, transport in
            let items = try await transport.getBulkState(
                store: "s", keys: ["a", "b", "c"], parallelism: 0, metadata: [:],
                options: options)
            #expect(
                items == [
                    BulkStateItem(
                        key: "a",
                        value: StateValue(data: Array("raw".utf8), etag: ETag(rawValue: "1"))),
                    BulkStateItem(key: "b"), BulkStateItem(key: "c", error: "down"),
                ])
        }
    }

    @Test(
        "a bulk answer that is not about the keys is a failure, not their absence",
        arguments: [
            "null", "{}", "[", "<html>", " ", "1", "[]", "[null]", "[{}]", #"[{"key":"b"}]"#,
            #"[{"key":"b"},{"key":"c"}]"#, #"[{"key":"a"},{"key":"a"}]"#,
        ])
    func bulkNonsense(body: String) async throws {
        try await withHTTPPeer { _ in
            .http(200, body)
        } body: { peer, transport in
            let error = await #expect(throws: DaprError.self) {
                try await transport.getBulkState(
                    store: "s", keys: ["a", "b"], parallelism: 0, metadata: [:], options: options)
            }
            #expect(error?.kind == .malformedResponse)
            #expect(await peer.requests.count == 1)
        }
    }

    @Test("a transaction sends its operations in order")
    func transaction() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            try await transport.executeStateTransaction(
                store: "s",
                operations: [
                    .upsert(StateItem(key: "a", value: Array("1".utf8))),
                    .delete(
                        StateDeletion(
                            "b", etag: ETag(rawValue: "2"),
                            options: StateOptions(concurrency: .firstWrite))),
                ], metadata: ["p": "q"], options: options)
            #expect(
                await peer.requests.first?.text == """
                    {"operations":[{"operation":"upsert","request":{"key":"a","value":1}},\
                    {"operation":"delete","request":{"key":"b","etag":"2",\
                    "options":{"concurrency":"first-write"}}}],\
                    "metadata":{"p":"q"}}
                    """)
        }
    }

    @Test("an error is read from JSON with its details, or from text")
    func errors() async throws {
        try await withHTTPPeer { request in
            request.number == 1
                ? .http(
                    400,
                    """
                    {"errorCode":"ERR_STATE_STORE_NOT_FOUND","message":"state store s is not found",\
                    "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",\
                    "domain":"dapr.io","metadata":{"appID":"a"},"reason":"DAPR_STATE_NOT_FOUND"},\
                    {"@type":"type.googleapis.com/google.rpc.BadRequest","field_violations":\
                    [{"field":"key","description":"no"}]},{"@type":"x/y.Z"}]}
                    """) : .http(401, "invalid api token\n")
        } body: { _, transport in
            let store = await #expect(throws: DaprError.self) {
                try await transport.getState(
                    store: "s", key: "k", consistency: nil, metadata: [:], options: options)
            }
            #expect(
                store
                    == DaprError(
                        .noSuchComponent, "state store s is not found",
                        code: "ERR_STATE_STORE_NOT_FOUND", status: .http(400),
                        details: [
                            .errorInfo(
                                reason: "DAPR_STATE_NOT_FOUND", domain: "dapr.io",
                                metadata: ["appID": "a"]),
                            .badRequest([.init(field: "key", description: "no")]),
                            .other(type: "y.Z"),
                        ]))
            let token = await #expect(throws: DaprError.self) {
                try await transport.getMetadata(options: options)
            }
            #expect(
                token
                    == DaprError(.unauthenticated, "invalid api token", status: .http(401)))
        }
    }

    @Test("an event is published as it is, under its type")
    func publish() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            try await transport.publishEvent(
                pubsub: "p", topic: "a/b", data: Array("hi".utf8), contentType: "text/x",
                metadata: ["rawPayload": "true"], options: options)
            let request = try #require(await peer.requests.first)
            #expect(request.fields[":path"] == "/v1.0/publish/p/a%2Fb?metadata.rawPayload=true")
            #expect(request.fields["content-type"] == "text/x")
            #expect(request.text == "hi")
        }
    }

    @Test("secrets, metadata and health")
    func others() async throws {
        try await withHTTPPeer { request in
            switch request.fields[":path"] {
            case "/v1.0/secrets/s/n": .http(200, "{\"a\":\"1\",\"b\":\"2\"}")
            case "/v1.0/secrets/s/gone": .http(204)
            case "/v1.0/secrets/s/bulk": .http(200, "{\"x\":{\"x\":\"1\"},\"y\":{}}")
            case "/v1.0/metadata":
                .http(
                    200,
                    """
                    {"id":"app","runtimeVersion":"1.18.3","components":[{"name":"n","type":"t",\
                    "version":"v1","capabilities":["ETAG"]}],"extended":{"a":"b"}}
                    """)
            case "/v1.0/healthz/outbound": .http(204)
            default: .http(500, "{\"errorCode\":\"ERR_HEALTH_NOT_READY\",\"message\":\"no\"}")
            }
        } body: { peer, transport in
            let secret = try await transport.getSecret(
                store: "s", name: "n", metadata: [:], options: options)
            #expect(secret == ["a": "1", "b": "2"])
            let gone = try await transport.getSecret(
                store: "s", name: "gone", metadata: [:], options: options)
            #expect(gone == [:])
            let all = try await transport.getBulkSecret(
                store: "s", metadata: [:], options: options)
            #expect(all == ["x": ["x": "1"], "y": [:]])
            let metadata = try await transport.getMetadata(options: options)
            #expect(metadata.id == "app" && metadata.runtimeVersion == "1.18.3")
            #expect(metadata.components.first?.capabilities == ["ETAG"])
            #expect(metadata.extended == ["a": "b"])
            try await transport.checkHealth(outbound: true, options: options)
            let error = await #expect(throws: DaprError.self) {
                try await transport.checkHealth(outbound: false, options: options)
            }
            #expect(error?.kind == .unavailable)
            let bulk = await #expect(throws: DaprError.self) {
                try await transport.getSecret(
                    store: "s", name: "bulk", metadata: [:], options: options)
            }
            #expect(bulk?.kind == .notSupported)
        }
    }
}
