import DaprClient
import HTTPMessage
import HTTPTypes
import Testing

@testable import GatewayRoutes

@Suite("The sidecar's own API")
struct NativeTests {
    private static let settings: FacadeSettings = {
        var settings = FacadeSettings.test
        settings.allowsNativeAPI = true
        return settings
    }()

    private func send(
        _ dapr: FakeDapr, _ method: HTTPRequest.Method, _ target: String,
        _ fields: [(name: String, value: String)] = [], body: String? = nil
    ) async -> Response {
        await dapr.send(method, target, fields, body: body, settings: Self.settings)
    }

    @Test(
        "without the setting there are no such routes",
        arguments: ["v1.0", "v1.0-alpha1", "v1.0-alpha2", "v1.0-beta1"])
    func off(version: String) async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.get, "/\(version)/metadata").problem == "no-such-route")
        #expect(dapr.calls == [])
        #expect(await send(dapr, .get, "/\(version)/metadata").status == .ok)
        #expect(dapr.calls == ["callNative GET /\(version)/metadata"])
    }

    @Test("status, fields and content pass through both ways, query and path as they came")
    func passes() async {
        let dapr = FakeDapr {
            $0.invokeResponse = InvokeResponse(
                status: .init(code: 418),
                fields: [.eTag: "3", .contentType: "application/json", .xRequestID: "its"],
                body: .bytes(Array("{}".utf8)))
        }
        let response = await send(
            dapr, .post, "/v1.0/state/s/bulk?metadata.a=%2F&x", [("Content-Type", "a/b")],
            body: "[1]")
        let call = dapr.now.native
        #expect(call?.verb == .post)
        #expect(call?.path == "/v1.0/state/s/bulk")
        #expect(call?.query == "metadata.a=%2F&x")
        #expect(call?.isRead == false)
        #expect(call?.fields[.contentType] == "a/b")
        guard case .bytes(let body) = call?.body else {
            Issue.record("the body is in memory")
            return
        }
        #expect(body == Array("[1]".utf8))
        #expect(response.short == "418 {}")
        #expect(response.fields[.eTag] == "3")
        #expect(response.fields[.xRequestID] == nil)
    }

    @Test(
        "the caller's token, and all that steers the sidecar, stay here",
        arguments: [
            "dapr-api-token", "dapr-app-id", "Dapr-Caller-App-Id", "grpc-timeout",
            "destination-app-id", "Authorization", "X-Forwarded-For", "Connection", "Host",
            "dapr-key-name", "dapr-reentrancy-id", "dapr-force-shutdown",
        ])
    func dropped(name: String) async {
        let dapr = FakeDapr()
        _ = await send(dapr, .get, "/v1.0/state/s/k", [(name, "x"), ("B", "1")])
        #expect(
            dapr.now.native?.fields.map(\.name.canonicalName) == ["b", "x-request-id"])
    }

    @Test("fields with dapr- that are parameters of a call reach that call only")
    func parameters() async {
        let dapr = FakeDapr()
        let fields: [(name: String, value: String)] = [
            ("dapr-key-name", "k"), ("dapr-key-wrap-algorithm", "RSA"), ("dapr-app-id", "x"),
            ("dapr-reentrancy-id", "r"),
        ]
        _ = await send(dapr, .put, "/v1.0-alpha1/crypto/c/encrypt", fields)
        #expect(
            dapr.now.native?.fields.map(\.name.canonicalName)
                == ["dapr-key-name", "dapr-key-wrap-algorithm", "x-request-id"])
        _ = await send(dapr, .put, "/v1.0/actors/t/1/method/m", fields)
        #expect(
            dapr.now.native?.fields.map(\.name.canonicalName)
                == ["dapr-reentrancy-id", "x-request-id"])
    }

    @Test("an app that is invoked sees Authorization, unless it re-routes the call")
    func authorization() async {
        let dapr = FakeDapr()
        _ = await send(dapr, .get, "/v1.0/invoke/a/method/m", [("Authorization", "Bearer t")])
        #expect(dapr.now.native?.fields[.authorization] == "Bearer t")
        _ = await send(
            dapr, .get, "/v1.0/invoke/a/method/m",
            [("Authorization", "Basic ZGFwci1hcHAtaWQ6b3RoZXI=")])
        #expect(dapr.now.native?.fields[.authorization] == nil)
    }

    @Test(
        "what the sidecar would read otherwise than we do is refused, and so are addresses",
        arguments: [
            ("/v1.0/invoke/http:%2F%2F169.254.169.254/method/x", 400),
            ("/v1.0/invoke/http://169.254.169.254/method/x", 404),
            ("/v1.0/invoke/https:/x/method/y", 404), ("/v1.0/invoke/https:/method/y", 400),
            ("/v1.0/invoke/a%2Fmethod%2Fb/method/x", 400), ("/v1.0/invoke/a/b/method/x", 404),
            ("/v1.0/invoke/a/%6dethod/x", 404), ("/v1.0/invoke/a/method", 404),
            ("/v1.0/invoke/a", 404), ("/v1.0/invoke//method/x", 400),
            ("/v1.0/invoke/a/method/../x", 400), ("/v1.0/invoke/a/method/%2e%2e/x", 400),
            ("/v1.0/invoke/a/method/b%2F..%2Fc", 400), ("/v1.0/invoke/a/method/b%3Fc", 400),
            ("/v1.0/state/../shutdown", 400), ("/v1.0/./shutdown", 400),
            ("/v1.0/%2e%2e/v1.0/shutdown", 400), ("/v1.0//shutdown", 404),
            ("/v1.0/state//k", 400), ("/v1.0/secrets/s//bulk", 400), ("/v1.0/%73hutdown", 404),
            ("/v1.0/", 404), ("/v1.0/state/s/%ff", 400), ("/v1.0/state/s/%zz", 400),
            ("/v1.0/state/s/%00", 400),
        ])
    func refused(target: String, status: Int) async {
        let dapr = FakeDapr()
        let response = await send(dapr, .get, target)
        #expect(response.status.code == status)
        #expect(response.problem != nil)
        #expect(dapr.calls == [])
    }

    @Test(
        "paths that are fine",
        arguments: [
            "/v1.0/invoke/a.ns/method/", "/v1.0/invoke/a/method/b//c/", "/v1.0/state/s/a%2Fb+c",
            "/v1.0/healthz/", "/v1.0/metadata", "/v1.0-alpha1/configuration/c/subscribe",
            "/v1.0/publish/p/a/b", "/v1.0/unknown/x", "/v1.0/secrets/s/bulk2",
        ])
    func passed(target: String) async {
        let dapr = FakeDapr()
        #expect(await send(dapr, .get, target).status == .ok)
        #expect(dapr.calls == ["callNative GET \(target)"])
    }

    @Test(
        "what the configuration does not allow is 403, shutting down in any case",
        arguments: [
            ("POST", "/v1.0/shutdown", "nobody"), ("POST", "/v1.0/shutdown/", "nobody"),
            ("GET", "/v1.0-alpha1/shutdown", "nobody"),
            ("PUT", "/v1.0/metadata/k", "metadata.allowSet"),
            ("POST", "/v1.0/metadata/k/", "metadata.allowSet"),
            ("GET", "/v1.0/secrets/s/bulk", "secrets.allowBulk"),
            ("GET", "/v1.0/secrets/s/bulk/", "secrets.allowBulk"),
            ("GET", "/v1.0/secrets/s/%62ulk?metadata.x=1", "secrets.allowBulk"),
        ])
    func forbidden(method: String, target: String, reason: String) async throws {
        let method = try #require(HTTPRequest.Method(rawValue: method))
        let dapr = FakeDapr()
        let response = await send(dapr, method, target)
        #expect(response.problem == "forbidden")
        #expect(response.detail?.contains(reason) == true)
        #expect(dapr.calls == [])
        var settings = Self.settings
        settings.allowsBulkSecrets = true
        settings.allowsMetadataSet = true
        let allowed = await dapr.send(method, target, settings: settings)
        #expect(allowed.status == (reason == "nobody" ? .forbidden : .ok))
    }

    @Test(
        "reads may be repeated, nothing else",
        arguments: [
            ("GET", "/v1.0/state/s/k", true), ("GET", "/v1.0/secrets/s/k", true),
            ("POST", "/v1.0/state/s", false), ("GET", "/v1.0/invoke/a/method/m", false),
            ("GET", "/v1.0/configuration/c/subscribe", false), ("DELETE", "/v1.0/state/s/k", false),
        ])
    func reads(method: String, target: String, isRead: Bool) async throws {
        let method = try #require(HTTPRequest.Method(rawValue: method))
        let dapr = FakeDapr()
        _ = await send(dapr, method, target)
        #expect(dapr.now.native?.isRead == isRead)
    }

    @Test("what keeps an answer from coming is a problem document, as everywhere")
    func failures() async {
        for (kind, problem) in [
            (DaprError.Kind.unavailable, "sidecar-unavailable"),
            (.unauthenticated, "sidecar-refused-token"), (.notSupported, "not-supported"),
            (.deadlineExceeded, "deadline-exceeded"),
        ] {
            let dapr = FakeDapr()
            dapr.fail("callNative", DaprError(kind, "no"))
            #expect(await send(dapr, .get, "/v1.0/metadata").problem == problem)
        }
    }
}
