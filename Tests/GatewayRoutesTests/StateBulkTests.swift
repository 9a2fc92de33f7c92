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
                .delete(StateDeletion("d", etag: ETag(rawValue: "4"))),
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
