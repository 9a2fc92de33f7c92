import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("What holds for every route")
struct EverywhereTests {
    @Test(
        "a key takes every odd character, decoded exactly once",
        arguments: [
            ("a%2Fb", "a/b"), ("a/b", "a/b"), ("a//b/", "a//b/"), ("a+b", "a+b"),
            ("%252F", "%2F"), ("%C3%A9", "é"), ("%20", " "), ("a%3Fb", "a?b"), ("%0D%0A", "\r\n"),
            ("a|b", "a|b"), ("...", "..."), ("é", "é"), ("%e2%82%ac", "€"), ("'\"<>", "'\"<>"),
            ("a;b=c", "a;b=c"), ("a%26b", "a&b"), ("%F0%9F%98%80", "😀"), ("%7F", "\u{7F}"),
            ("/lead", "/lead"),
        ])
    func oddKeys(path: String, key: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.put, "/v1/state/-/\(path)", body: "v")
        #expect(response.status == .noContent)
        #expect(Array(dapr.now.saved[0].key.utf8) == Array(key.utf8))
    }

    @Test(
        "what cannot be a key is 400 and says why",
        arguments: [
            ("", "empty"), ("%", "hexadecimal"), ("%4", "hexadecimal"), ("%zz", "hexadecimal"),
            ("%ff", "UTF-8"), ("%C0%80", "UTF-8"), ("%ED%A0%80", "UTF-8"), ("a%00", "NUL"),
            ("a||b", "'||'"), ("%7C%7c", "'||'"), (".", "'.'"), ("..", "'..'"), ("a/../b", "'..'"),
            ("a/%2e%2e/b", "'..'"), ("a%2F..%2Fb", "'..'"), ("%2E", "'.'"), ("a/.", "'.'"),
        ])
    func badKeys(path: String, reason: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.put, "/v1/state/-/\(path)", body: "v")
        #expect(response.status == .badRequest)
        #expect(response.detail?.contains(reason) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }

    @Test(
        "a component's name has few characters",
        arguments: [
            ("a.B_9-", 404), ("", 400), ("a%20b", 400), ("a%2Fb", 400), (".", 400), ("..", 400),
            ("%61bc", 404), ("a:b", 400), ("%ff", 400), ("http:%2F%2Fx", 400),
        ])
    func names(name: String, status: Int) async {
        let response = await FakeDapr().send(.get, "/v1/state/\(name)/k")
        #expect(response.status.code == status)
    }

    @Test("'-' is 404 where no default is configured")
    func noDefault() async {
        let response = await FakeDapr().send(
            .get, "/v1/state/-/k", settings: FacadeSettings())
        #expect(response.problem == "no-default")
        #expect(response.status == .notFound)
    }

    @Test(
        "an unknown parameter is refused with the nearest known one",
        arguments: [
            ("consistancy=strong", "'consistancy' is not known here; did you mean 'consistency'?"),
            ("timeuot=1s", "did you mean 'timeout'?"), ("zzz", "'zzz' is not known here"),
            ("%74tl=1s", "'ttl' is not known here"), ("metadata=1", "did you mean 'metadata.'?"),
        ])
    func unknownParameter(query: String, detail: String) async {
        let response = await FakeDapr().send(.get, "/v1/state/-/k?\(query)")
        #expect(response.problem == "unknown-parameter")
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
    }

    @Test(
        "a parameter's bad value is refused",
        arguments: [
            "timeout=0", "timeout=61s", "timeout=1x", "timeout=", "timeout=1s&timeout=2s",
            "consistency=maybe", "timeout=%zz", "timeout=99999999999999999999s",
        ])
    func badParameter(query: String) async {
        let response = await FakeDapr().send(.get, "/v1/state/-/k?\(query)")
        #expect(response.problem == "invalid-parameter")
    }

    @Test(
        "methods: HEAD is GET, OPTIONS answers Allow, the wrong one is 405",
        arguments: [
            ("HEAD", "/v1/problems", 200, nil),
            ("OPTIONS", "/v1/problems", 204, "GET, HEAD, OPTIONS"),
            ("POST", "/v1/problems", 405, "GET, HEAD, OPTIONS"),
            ("POST", "/v1/state/-/k", 405, "GET, HEAD, PUT, DELETE, OPTIONS"),
            ("OPTIONS", "/v1/state/-", 204, "GET, HEAD, PATCH, OPTIONS"),
            ("FOO", "/v1/invoke/a/b", 405, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
            ("GET", "/v1/nothing", 404, nil), ("OPTIONS", "/v1/nothing", 404, nil),
            ("OPTIONS", "*", 204, "GET, HEAD, OPTIONS"), ("GET", "*", 400, nil),
            ("CONNECT", "example.com:80", 400, nil),
        ] as [(String, String, Int, String?)])
    func methods(method: String, target: String, status: Int, allow: String?) async throws {
        let method = try #require(HTTPRequest.Method(rawValue: method))
        let response = await FakeDapr().send(method, target)
        #expect(response.status.code == status)
        #expect(response.fields[.allow] == allow)
    }

    @Test(
        "a POST can stand for PUT, PATCH and DELETE, and for nothing else",
        arguments: [
            ("PUT", "saveState statestore k"), ("DELETE", "deleteState statestore k -"),
            ("GET", nil),
            ("put", nil),
        ] as [(String, String?)])
    func methodOverride(method: String, call: String?) async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .post, "/v1/state/-/k", [("X-HTTP-Method-Override", method)], body: "v")
        #expect(dapr.calls == (call.map { [$0] } ?? []))
        #expect(response.problem == (call == nil ? "invalid-header" : nil))
        let ignored = await FakeDapr().send(
            .get, "/v1/problems", [("X-HTTP-Method-Override", "PUT")])
        #expect(ignored.status == .ok)
    }

    @Test("Upgrade is 501")
    func upgrade() async {
        let response = await FakeDapr().send(.get, "/", [("Upgrade", "websocket")])
        #expect(response.problem == "upgrade-not-supported")
        #expect(response.status == .notImplemented)
    }

    @Test(
        "a target in absolute form is taken for our own host only",
        arguments: [
            ("http://gw:8080/v1/problems", 200), ("HTTP://GW:8080", 200),
            ("http://gw:8080?x=1", 400),
            ("http://other/v1/problems", 400), ("https://gw:8080/", 400), ("v1/problems", 400),
        ])
    func absoluteForm(target: String, status: Int) async {
        let response = await FakeDapr().send(.get, target, [("Host", "gw:8080")])
        #expect(response.status.code == status)
    }

    @Test(
        "trace context goes on when it is valid, with a span id of our own",
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
            ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", true),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", false),
            ("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false), ("", false),
        ])
    func traceparent(value: String, isValid: Bool) async {
        let dapr = FakeDapr()
        _ = await dapr.send(
            .get, "/v1/metadata",
            [("traceparent", value), ("tracestate", "a=1"), ("tracestate", "b=2")])
        let trace = dapr.now.options[0].trace
        guard isValid else {
            #expect(trace.parent == nil)
            #expect(trace.state == nil)
            return
        }
        let (sent, own) = (Array(value.utf8), Array((trace.parent ?? "").utf8))
        #expect(own.count == sent.count)
        #expect(own.prefix(36) == sent.prefix(36))
        #expect(own.dropFirst(52) == sent.dropFirst(52))
        #expect(own[36..<52] != sent[36..<52])
        #expect(trace.state == "a=1,b=2")
    }

    @Test(
        "an invalid baggage is dropped",
        arguments: [
            ("a=1", true), ("a=1,b=2;p=3", true), ("a = 1 , b=", true), ("a", false), ("=1", false),
            ("a=1,,b=2", false), ("a b=1", false), ("a=\"1\"", false), ("a=é", false),
        ])
    func baggage(value: String, isValid: Bool) async {
        let dapr = FakeDapr()
        _ = await dapr.send(.get, "/v1/metadata", [("baggage", value)])
        #expect(dapr.now.options[0].trace.baggage == (isValid ? value : nil))
    }
}
