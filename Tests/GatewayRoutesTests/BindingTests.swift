import DaprClient
import HTTPMessage
import HTTPTypes
import Testing

@testable import GatewayRoutes

@Suite("Output bindings")
struct BindingTests {
    @Test(
        "the answer is what it looks like, or nothing",
        arguments: [
            (Array("hi".utf8), 200, "text/plain; charset=utf-8"),
            (Array("{}".utf8), 200, "application/json"),
            ([0xFF], 200, "application/octet-stream"), ([], 204, nil),
        ] as [([UInt8], Int, String?)])
    func answer(data: [UInt8], status: Int, type: String?) async {
        let dapr = FakeDapr { $0.answers.binding = BindingResult(data: data) }
        let response = await dapr.send(
            .post, "/v1/bindings/files/create?metadata.fileName=a%20b&timeout=1s", body: "hello")
        #expect(response.status.code == status)
        #expect(response.fields[.contentType] == type)
        #expect(dapr.calls == ["invokeBinding files create hello fileName=a b"])
    }

    @Test("metadata come back as fields, as far as fields can say them")
    func metadata() async throws {
        let dapr = FakeDapr { world in
            world.answers.binding = BindingResult(metadata: [
                "statusCode": "200", "two words": "x", "lines": "a\r\nSet-Cookie: b",
            ])
        }
        let response = await dapr.send(.post, "/v1/bindings/b/get")
        let names = response.fields.map(\.name.rawName)
        #expect(names == ["Metadata-statusCode"])
        #expect(response.fields[try #require(HTTPField.Name("metadata-statuscode"))] == "200")
    }

    @Test(
        "bad names are refused",
        arguments: [
            ("/v1/bindings/-/create", "no-default"), ("/v1/bindings/a%20b/create", "invalid-name"),
            ("/v1/bindings/b/", "invalid-name"), ("/v1/bindings/b/..", "invalid-name"),
            ("/v1/bindings/b/a%2Fb", "invalid-name"), ("/v1/bindings/b/a%0ab", "invalid-name"),
            ("/v1/bindings/b/%ff", "invalid-path"), ("/v1/bindings/b", "no-such-route"),
            ("/v1/bindings/b/create?ttl=1s", "unknown-parameter"),
        ])
    func badNames(target: String, problem: String) async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.post, target, body: "1").problem == problem)
        #expect(dapr.calls == [])
    }

    @Test("a name has its limit")
    func longNames() async {
        let name = String(repeating: "n", count: 256)
        #expect(await FakeDapr().send(.post, "/v1/bindings/b/\(name)").status == .noContent)
        let longer = await FakeDapr().send(.post, "/v1/bindings/b/\(name)n")
        #expect(longer.problem == "invalid-name")
        #expect(longer.detail?.contains("256") == true)
    }

    @Test(
        "what the sidecar says about a binding",
        arguments: [
            (DaprError.Kind.notSupported, 501), (.noSuchComponent, 404), (.componentFailed, 502),
        ])
    func failures(kind: DaprError.Kind, status: Int) async {
        let dapr = FakeDapr()
        dapr.fail("invokeBinding", DaprError(kind, "said the sidecar"))
        #expect(await dapr.send(.post, "/v1/bindings/b/list").status.code == status)
    }
}
