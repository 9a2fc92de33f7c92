import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("Actors")
struct ActorTests {
    @Test(
        "every verb calls a method, and the content's type goes along",
        arguments: [
            ("GET", nil, nil, "text/plain; charset=utf-8"),
            ("HEAD", nil, nil, "text/plain; charset=utf-8"),
            ("POST", "{}", nil, "application/json"), ("PUT", "x", nil, "text/plain; charset=utf-8"),
            ("PATCH", "x", "application/xml", "application/xml"),
            ("DELETE", "1", "application/x-www-form-urlencoded", "application/json"),
        ] as [(String, String?, String?, String)])
    func invoke(method: String, body: String?, type: String?, sent: String) async throws {
        let dapr = FakeDapr { $0.answers.actor = Array(#"{"n":1}"#.utf8) }
        let response = await dapr.send(
            try #require(HTTPRequest.Method(rawValue: method)), "/v1/actors/Cart/o%20ne/method/add",
            type.map { [("Content-Type", $0), ("dapr-reentrancy-id", "1")] } ?? [], body: body)
        #expect(response.short == #"200 {"n":1}"#)
        #expect(response.fields[.contentType] == "application/json")
        #expect(
            dapr.calls == [
                "invokeActor Cart o ne add \(body ?? "") content-type=\(sent) x-request-id=test-1"
            ])
    }

    @Test("OPTIONS calls nothing")
    func options() async {
        let dapr = FakeDapr()
        let response = await dapr.send(.options, "/v1/actors/Cart/1/method/add")
        #expect(response.short == "204")
        #expect(response.fields[.allow] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        #expect(dapr.calls == [])
    }

    @Test("a method that gives nothing back is 204")
    func nothing() async {
        #expect(await FakeDapr().send(.post, "/v1/actors/Cart/1/method/add").short == "204")
    }

    @Test(
        "what goes wrong with a method",
        arguments: [
            (DaprError.Kind.noSuchComponent, "no-such-component", 404),
            (.notFound, "not-found", 404), (.componentFailed, "actor-failed", 502),
            (.unknown, "actor-failed", 502), (.notSupported, "not-supported", 501),
            (.deadlineExceeded, "deadline-exceeded", 504),
        ])
    func failures(kind: DaprError.Kind, problem: String, status: Int) async {
        let dapr = FakeDapr()
        dapr.fail("invokeActor", DaprError(kind, "said the sidecar", status: .http(500)))
        let response = await dapr.send(.post, "/v1/actors/Cart/1/method/add")
        #expect(response.problem == problem)
        #expect(response.status.code == status)
    }

    @Test("a type that nobody hosts is told from a missing state store")
    func unknownType() async {
        let dapr = FakeDapr()
        let text = "failed to lookup actor: did not find address for actor 'T||1'"
        for (target, method) in [
            ("method/m", "invokeActor"), ("state/k", "getActorState"),
            ("reminders/r", "getActorReminder"),
        ] {
            dapr.fail(method, DaprError(.noSuchComponent, text, status: .http(500)))
            let response = await dapr.send(.get, "/v1/actors/T/1/\(target)")
            #expect(response.problem == "no-such-actor-type")
            #expect(response.detail == "nobody hosts actors of the type 'T'")
        }
    }

    @Test(
        "names that mean something else to the sidecar are refused",
        arguments: [
            "/v1/actors//1/method/m", "/v1/actors/T//method/m", "/v1/actors/T/1/method/",
            "/v1/actors/../1/method/m", "/v1/actors/T/%2e/method/m", "/v1/actors/T/a%23b/method/m",
            "/v1/actors/T/a%3Fb/method/m", "/v1/actors/T/a%5Cb/method/m",
            "/v1/actors/T/a%2Fb/method/m", "/v1/actors/T/1/method/a%0a",
            "/v1/actors/T/1/method/%00",
            "/v1/actors/T//reminders/r", "/v1/actors/T/1/reminders/", "/v1/actors/T/1/timers/..",
            "/v1/actors/T//state",
        ])
    func badNames(target: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            target.contains("method") ? .get : .put, target, body: "{}")
        #expect(target.hasSuffix("state") || response.status == .badRequest, "\(response.text)")
        if target.hasSuffix("state") {
            #expect(await dapr.send(.post, target, body: "[]").problem == "invalid-name")
        }
        #expect(dapr.calls == [])
    }

    // MARK: - State

    @Test("a value of an actor's state, with its end")
    func state() async throws {
        let dapr = FakeDapr { world in
            world.answers.actorState["a/b"] = ActorStateValue(
                data: Array("5".utf8), expiry: "2026-11-24T06:00:00Z")
        }
        let response = await dapr.send(.get, "/v1/actors/Cart/1/state/a/b")
        #expect(response.short == "200 5")
        #expect(response.fields[.contentType] == "application/json")
        let expiry = try #require(HTTPField.Name("Metadata-ttlExpireTime"))
        #expect(response.fields[expiry] == "2026-11-24T06:00:00Z")
        #expect(dapr.calls == ["getActorState Cart 1 a/b"])
        let missing = await dapr.send(.get, "/v1/actors/Cart/1/state/c")
        #expect(missing.problem == "not-found")
        #expect(missing.detail == "the actor '1' of type 'Cart' has no key 'c'")
        #expect(await dapr.send(.get, "/v1/actors/Cart/1/state/").problem == "invalid-key")
    }

    @Test("a transaction on an actor's state", arguments: ["PATCH", "POST"])
    func transaction(method: String) async throws {
        let dapr = FakeDapr()
        let response = await dapr.send(
            try #require(HTTPRequest.Method(rawValue: method)), "/v1/actors/Cart/1/state",
            body: #"""
                [{"op":"upsert","key":"a","value": [1.0] ,"ttl":"90s"},
                 {"op":"upsert","key":"b","base64":"/w=="},{"op":"delete","key":"c"}]
                """#)
        #expect(response.short == "204")
        #expect(
            dapr.now.answers.actorOperations == [
                .upsert(key: "a", value: Array("[1.0]".utf8), ttl: .seconds(90)),
                .upsert(key: "b", value: [0xFF]), .delete(key: "c"),
            ])
    }

    @Test(
        "a bad transaction is refused with the number of the operation",
        arguments: [
            ("", "not JSON"), ("[]", "empty"), (#"[{"op":"upsert","key":"a"}]"#, "neither 'value'"),
            (
                #"[{"op":"delete","key":"a","etag":"1"}]"#,
                "operation 1 has the unknown member 'etag'"
            ),
            (#"[{"op":"upsert","key":"a","value":1,"ttl":"0s"}]"#, "'ttl' '0s'"),
        ])
    func badTransaction(body: String, detail: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.patch, "/v1/actors/Cart/1/state", body: body)
        #expect(response.problem == "invalid-body")
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }
}
