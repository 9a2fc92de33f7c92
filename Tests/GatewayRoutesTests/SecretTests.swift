import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

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
