import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

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
