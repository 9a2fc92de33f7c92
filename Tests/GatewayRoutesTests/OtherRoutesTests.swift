import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("Several keys of a state store")
struct StateBulkTests {
    @Test("bulk get keeps JSON verbatim, gives other bytes as base64 and missing keys as null")
    func bulkGet() async {
        let dapr = FakeDapr { world in
            world.state["a"] = StateValue(
                data: Array(#"{"n": 1.0}"#.utf8), etag: ETag(rawValue: "7"))
            world.state["b"] = StateValue(data: Array("text".utf8))
        }
        let response = await dapr.send(
            .get, "/v1/state/-?key=a&key=b&key=none&key=broken&key=a")
        #expect(
            response.text
                == #"{"a":{"value":{"n": 1.0},"etag":"7"},"b":{"base64":"dGV4dA=="},"none":null,"#
                + #""broken":{"error":"cannot read"}}"#)
        #expect(dapr.calls == ["getBulkState statestore a,b,none,broken"])
    }

    @Test("keys are bytes: two that Unicode calls equivalent are two")
    func equivalentKeys() async {
        let dapr = FakeDapr()
        _ = await dapr.send(.get, "/v1/state/-?key=%C3%A9&key=e%CC%81&key=%C3%A9")
        #expect(
            dapr.calls.map { Array($0.utf8) }
                == [Array("getBulkState statestore \u{E9},e\u{301}".utf8)])
    }

    @Test(
        "sidecars have no status for a conflict in a transaction, so versions are compared",
        arguments: [
            (#"[{"op":"delete","key":"k","etag":"0"}]"#, "precondition-failed"),
            (#"[{"op":"delete","key":"k","etag":"1"}]"#, "component-failed"),
            (#"[{"op":"delete","key":"k"}]"#, "component-failed"),
        ])
    func failedTransaction(body: String, problem: String) async {
        let dapr = FakeDapr {
            $0.state["k"] = StateValue(data: [], etag: ETag(rawValue: "1"))
        }
        dapr.fail(
            "executeStateTransaction",
            DaprError(.componentFailed, "failed to delete", status: .grpc(13)))
        #expect(await dapr.send(.patch, "/v1/state/-", body: body).problem == problem)
    }

    @Test("bulk get needs a key that can be one", arguments: ["", "?key=", "?key=a&key=x||y"])
    func bulkGetKeys(query: String) async {
        let response = await FakeDapr().send(.get, "/v1/state/-\(query)")
        #expect(response.status == .badRequest)
    }

    @Test("a transaction stores the JSON text of each value byte for byte")
    func transaction() async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .patch, "/v1/state/-",
            body: #"""
                [{"op":"upsert","key":"a","value": {"z": 1.0, "a":"é"} ,"etag":"1","ttl":"1h"},
                 {"op":"upsert","key":"s","value":"text"},
                 {"op":"upsert","key":"b","base64":"/wA="},
                 {"key":"d","op":"delete","etag":"4"}]
                """#)
        #expect(response.short == "204")
        #expect(
            dapr.now.operations == [
                .upsert(
                    StateItem(
                        key: "a", value: Array(#"{"z": 1.0, "a":"é"}"#.utf8),
                        etag: ETag(rawValue: "1"), metadata: ["ttlInSeconds": "3600"])),
                .upsert(StateItem(key: "s", value: Array("\"text\"".utf8))),
                .upsert(StateItem(key: "b", value: [0xFF, 0])),
                .delete(key: "d", etag: ETag(rawValue: "4"), metadata: [:]),
            ])
    }

    @Test(
        "a bad transaction is refused with the number of the operation",
        arguments: [
            ("", "not JSON: line 1"), ("{}", "not a list"), ("[]", "is empty"),
            ("[1]", "operation 1 is not an object"), ("[{}]", "operation 1 has no 'key'"),
            (#"[{"op":"delete","key":"a"},{"key":"b"}]"#, "operation 2 has no 'op'"),
            (#"[{"op":"upsert","key":"a"}]"#, "neither 'value' nor 'base64'"),
            (#"[{"op":"upsert","key":"a","value":1,"base64":""}]"#, "both"),
            (#"[{"op":"upsert","key":"a","base64":"!"}]"#, "bad 'base64'"),
            (#"[{"op":"move","key":"a"}]"#, "'move'"),
            (#"[{"op":"delete","key":"a","value":1}]"#, "unknown member 'value'"),
            (#"[{"op":"delete","key":"a","etga":"1"}]"#, "did you mean 'etag'?"),
            (#"[{"op":"delete","key":"a","key":"b"}]"#, "'key' more than once"),
            (#"[{"op":"delete","key":"a||b"}]"#, "'||'"),
            (#"[{"op":"delete","key":"a","etag":1}]"#, "no text as 'etag'"),
            (#"[{"op":"upsert","key":"a","value":1,"ttl":"soon"}]"#, "'ttl' 'soon'"),
        ])
    func badTransaction(body: String, detail: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.patch, "/v1/state/-", body: body)
        #expect(response.status == .badRequest)
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }

    @Test(
        "a conflict of a transaction is looked into",
        arguments: [
            (#"[{"op":"delete","key":"k","etag":"0"}]"#, "precondition-failed"),
            (#"[{"op":"delete","key":"k","etag":"1"}]"#, "outcome-unknown"),
            (#"[{"op":"delete","key":"k"}]"#, "conflict"),
            (#"[{"op":"delete","key":"broken","etag":"1"}]"#, "sidecar-unavailable"),
        ])
    func conflict(body: String, problem: String) async {
        let dapr = FakeDapr {
            $0.state["k"] = StateValue(data: [], etag: ETag(rawValue: "1"))
        }
        dapr.fail("executeStateTransaction", DaprError(.conflict, "mismatch", status: .http(500)))
        let response = await dapr.send(.patch, "/v1/state/-", body: body)
        #expect(response.problem == problem)
    }
}

@Suite("Publish")
struct PublishTests {
    @Test(
        "an event has the type that the query says, else the request, else its looks",
        arguments: [
            ("", nil, #"{"id":17}"#, "application/json"),
            ("", "application/x-www-form-urlencoded", #"{"id":17}"#, "application/json"),
            (
                "", "application/x-www-form-urlencoded; charset=utf-8", "a=b",
                "text/plain; charset=utf-8"
            ),
            ("", "application/xml", "<a/>", "application/xml"),
            ("?contentType=text%2Fhtml", "application/json", "<a>", "text/html"),
            ("", "application/cloudevents+json", "{}", "application/cloudevents+json"),
        ] as [(String, String?, String, String)])
    func contentType(query: String, said: String?, body: String, expected: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .post, "/v1/publish/-/orders/new\(query)", said.map { [("Content-Type", $0)] } ?? [],
            body: body)
        #expect(response.short == "204")
        #expect(
            dapr.now.published
                == .init(
                    pubsub: "pubsub", topic: "orders/new", data: Array(body.utf8),
                    contentType: expected, metadata: [:]))
    }

    @Test("raw, ttl, metadata and CloudEvents attributes become the sidecar's metadata")
    func metadata() async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .post, "/v1/publish/-/t?raw=true&ttl=1m&metadata.partitionKey=p",
            [("CE-Id", "1%202"), ("ce-type", "order"), ("ce-specversion", "1.0")], body: "x")
        #expect(response.short == "204")
        #expect(
            dapr.now.published?.metadata == [
                "rawPayload": "true", "ttlInSeconds": "60", "partitionKey": "p",
                "cloudevent.id": "1 2", "cloudevent.type": "order",
            ])
    }

    @Test(
        "what cannot be published is refused",
        arguments: [
            ("/v1/publish/-/", "a", "b", "invalid-path"),
            ("/v1/publish/-/..", "a", "b", "invalid-path"),
            ("/v1/publish/-/t?raw=maybe", "a", "b", "invalid-parameter"),
            ("/v1/publish/-/t?ttl=0", "a", "b", "invalid-parameter"),
            ("/v1/publish/-/t", "ce-time", "now", "invalid-header"),
            ("/v1/publish/-/t", "ce-specversion", "0.3", "invalid-header"),
            ("/v1/publish/-/t", "Content-Type", "application/x-ndjson", "not-supported"),
        ])
    func refused(target: String, field: String, value: String, problem: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.post, target, [(field, value)], body: "x")
        #expect(response.problem == problem)
        #expect(dapr.calls == [])
    }
}

@Suite("Secrets")
struct SecretTests {
    private let dapr = FakeDapr { world in
        world.secrets = [
            "one": ["one": "p455"], "two": ["b": "2", "a": "1"], "empty": ["empty": ""],
        ]
    }

    @Test(
        "one value is text, several are an object, and JSON can be asked for",
        arguments: [
            ("one", nil, "p455", "text/plain; charset=utf-8"),
            ("one", "text/html, application/json;q=0.5", #"{"one":"p455"}"#, "application/json"),
            ("two", nil, #"{"a":"1","b":"2"}"#, "application/json"),
            ("empty", nil, "", "text/plain; charset=utf-8"),
        ] as [(String, String?, String, String)])
    func get(name: String, accept: String?, body: String, type: String) async {
        let response = await dapr.send(
            .get, "/v1/secrets/-/\(name)", accept.map { [("Accept", $0)] } ?? [])
        #expect(response.text == body)
        #expect(response.fields[.contentType] == type)
        #expect(response.fields[.cacheControl] == "no-store")
    }

    @Test(
        "a missing secret is 404 only where the store can be believed",
        arguments: [
            ("vault", "secret x not found", 404), ("cloud", "secret x not found", 502),
            ("vault", "disk on fire", 502), ("gone", "secret x not found", 502),
        ])
    func missing(store: String, message: String, status: Int) async {
        dapr.fail("getSecret", DaprError(.componentFailed, message, code: "ERR_SECRET_GET"))
        let response = await dapr.send(.get, "/v1/secrets/\(store)/x")
        #expect(response.status.code == status)
        #expect(response.problem == (status == 404 ? "not-found" : "secret-store-failed"))
        #expect(response.json?["dapr"]?["errorCode"] == "ERR_SECRET_GET")
    }

    @Test("no value, or an empty one from the environment, is 404")
    func empty() async {
        #expect(await dapr.send(.get, "/v1/secrets/vault/none").status == .notFound)
        #expect(await dapr.send(.get, "/v1/secrets/env/empty").status == .notFound)
    }

    @Test("the store's own failures keep their meaning")
    func failures() async {
        dapr.fail("getSecret", DaprError(.noSuchComponent, "failed finding secret store"))
        #expect(await dapr.send(.get, "/v1/secrets/nope/x").problem == "no-such-component")
        dapr.fail("getSecret", DaprError(.unauthenticated, "invalid api token"))
        let refused = await dapr.send(.get, "/v1/secrets/vault/x")
        #expect(refused.problem == "sidecar-refused-token")
        #expect(refused.status == .badGateway)
    }

    @Test("all secrets are for those who allowed it")
    func bulk() async {
        #expect(await dapr.send(.get, "/v1/secrets/-").problem == "forbidden")
        #expect(dapr.calls == [])
        var settings = FacadeSettings.test
        settings.allowsBulkSecrets = true
        let response = await dapr.send(.get, "/v1/secrets/-", settings: settings)
        #expect(
            response.text
                == #"{"empty":{"empty":""},"one":{"one":"p455"},"two":{"a":"1","b":"2"}}"#)
    }
}

@Suite("Invocation")
struct InvokeTests {
    @Test("method, path, query, headers and body go through, and the answer comes back")
    func passedOn() async {
        let dapr = FakeDapr { world in
            world.invokeResponse = InvokeResponse(
                status: .created,
                fields: [.location: "/x", .xRequestID: "app", .xContentTypeOptions: "app"],
                body: .bytes(Array("done".utf8)))
        }
        let response = await dapr.send(
            .put, "/v1/invoke/echo.ns/a%20b/c?x=1&timeout=%zz&x=2",
            [("Content-Type", "text/plain"), ("Accept", "a"), ("Accept", "b"), ("Cookie", "c=1")],
            body: "hello")
        #expect(response.short == "201 done")
        #expect(response.fields[.location] == "/x")
        #expect(response.fields[.xRequestID] == nil)
        #expect(response.fields[.xContentTypeOptions] == nil)
        let call = dapr.now.invoked
        #expect(call?.appID == "echo.ns")
        #expect(call?.verb == .put)
        #expect(call?.method == "a%20b/c")
        #expect(call?.query == "x=1&timeout=%zz&x=2")
        let fields = call.map { $0.fields.map { "\($0.name.canonicalName): \($0.value)" } }
        #expect(
            fields == [
                "content-type: text/plain", "accept: a", "accept: b", "cookie: c=1",
                "x-request-id: test-1",
            ])
        guard case .bytes(let body) = call?.body else {
            Issue.record("the body is in memory")
            return
        }
        #expect(body == Array("hello".utf8))
    }

    @Test(
        "fields that belong to the connection or steer the sidecar do not reach the app",
        arguments: [
            "Connection", "Keep-Alive", "TE", "Transfer-Encoding", "Host", "Content-Length",
            "Expect",
            "dapr-app-id", "Dapr-Api-Token", "dapr-caller-app-id", "grpc-timeout",
            "destination-app-id", "Forwarded", "X-Forwarded-For", "X-Request-Id", "X-Hop",
            "x_under",
            "traceparent", "Proxy-Authorization",
        ])
    func dropped(name: String) async {
        let dapr = FakeDapr()
        _ = await dapr.send(
            .get, "/v1/invoke/echo/x",
            [(name, "x-hop"), ("Connection", "close, X-Hop"), ("B", "1")])
        let names = dapr.now.invoked.map { $0.fields.map(\.name.canonicalName) }
        #expect(names == ["b", "x-request-id"])
    }

    @Test(
        "Authorization goes on unless it re-routes the call",
        arguments: [
            ("Bearer abc", true), ("Basic dXNlcjpwdw==", true),
            // dapr-app-id:other
            ("Basic ZGFwci1hcHAtaWQ6b3RoZXI=", false), ("bAsIc  ZGFwci1hcHAtaWQ6b3RoZXI", false),
            ("Basic !", false),
        ])
    func authorization(value: String, isForwarded: Bool) async {
        let dapr = FakeDapr()
        _ = await dapr.send(.get, "/v1/invoke/echo/x", [("Authorization", value)])
        #expect(dapr.now.invoked?.fields[.authorization] == (isForwarded ? value : nil))
    }

    @Test(
        "targets that mean something else to the sidecar are refused",
        arguments: [
            "/v1/invoke/http:%2F%2F169.254.169.254/x", "/v1/invoke/http:/x", "/v1/invoke/a/../b",
            "/v1/invoke/a/%2e%2e/b", "/v1/invoke/a/b%3Fc", "/v1/invoke/a/b%23c", "/v1/invoke/a/%0a",
            "/v1/invoke/a/%00", "/v1/invoke/a/%ff", "/v1/invoke/-%2F/x", "/v1/invoke//x",
        ])
    func refused(target: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.get, target)
        #expect(response.status == .badRequest)
        #expect(dapr.calls == [])
    }

    @Test(
        "the sidecar's own failures are told from the app's",
        arguments: [
            (DaprError.Kind.noSuchComponent, "no-such-app", 404),
            (.componentFailed, "app-unreachable", 502), (.denied, "forbidden", 403),
            (.unavailable, "sidecar-unavailable", 503),
            (.deadlineExceeded, "deadline-exceeded", 504),
        ])
    func failures(kind: DaprError.Kind, problem: String, status: Int) async {
        let dapr = FakeDapr()
        dapr.fail("invoke", DaprError(kind, "said the sidecar", code: "ERR_DIRECT_INVOKE"))
        let response = await dapr.send(.get, "/v1/invoke/echo/x")
        #expect(response.problem == problem)
        #expect(response.status.code == status)
        let passed = FakeDapr { $0.invokeResponse = InvokeResponse(status: .notFound) }
        #expect(await passed.send(.get, "/v1/invoke/echo/x").problem == nil)
    }
}

@Suite("Metadata and pages")
struct PageTests {
    @Test("the sidecar's metadata, in an order that stays")
    func metadata() async {
        let dapr = FakeDapr { world in
            world.metadata = SidecarMetadata(
                id: "me", runtimeVersion: "1", enabledFeatures: ["b", "a"],
                components: [.init(name: "n", type: "t", version: "v1", capabilities: ["ETAG"])],
                extended: ["y": "2", "x": "1"])
        }
        let response = await dapr.send(.get, "/v1/metadata")
        #expect(
            response.text
                == #"{"id":"me","runtimeVersion":"1","enabledFeatures":["a","b"],"components":"#
                + #"[{"name":"n","type":"t","version":"v1","capabilities":["ETAG"]}],"#
                + #""extended":{"x":"1","y":"2"}}"#)
    }

    @Test("setting metadata is for those who allowed it")
    func setMetadata() async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.put, "/v1/metadata/a", body: "b").problem == "forbidden")
        var settings = FacadeSettings.test
        settings.allowsMetadataSet = true
        #expect(
            await dapr.send(.put, "/v1/metadata/a", body: "b", settings: settings).short == "204")
        #expect(dapr.calls == ["setMetadata a=b"])
    }

    @Test("the front page names every route and how to call it")
    func frontPage() async {
        let page = await FakeDapr().send(.get, "/").text
        for route in Facade().table.routes {
            #expect(page.contains("\n\(route.name)\n    \(route.summary)\n    curl "))
            #expect(!route.summary.isEmpty)
            #expect(route.example.contains("URL/"))
        }
    }

    @Test("every type of problem is listed, and has a page under its own type")
    func problems() async {
        let list = await FakeDapr().send(.get, "/v1/problems").json?.arrayValue ?? []
        #expect(list.count == ProblemType.allCases.count)
        for problem in list {
            let page = await FakeDapr().send(.get, problem["type"]?.stringValue ?? "")
            #expect(page.json == problem)
        }
        #expect(await FakeDapr().send(.get, "/v1/problems/nothing").problem == "not-found")
    }
}
