import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

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
