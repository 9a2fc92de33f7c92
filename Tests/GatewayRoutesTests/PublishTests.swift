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
            ("/v1/publish/-/t", "Content-Type", "application/x-ndjson", "invalid-body"),
        ])
    func refused(target: String, field: String, value: String, problem: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.post, target, [(field, value)], body: "x")
        #expect(response.problem == problem)
        #expect(dapr.calls == [])
    }
}

@Suite("Publishing several events at once")
struct BulkPublishTests {
    private let dapr = FakeDapr()

    private func publish(_ body: String, query: String = "") async -> Response {
        await dapr.send(
            .post, "/v1/publish/-/orders\(query)",
            [("Content-Type", "application/x-ndjson; charset=utf-8")], body: body)
    }

    @Test("each line is an event, empty ones are none")
    func lines() async {
        #expect(await publish("{\"id\":1}\r\n\n  \n[2]\n\"three\"").short == "204")
        let entries = dapr.events.now.entries
        #expect(entries.map(\.id) == ["1", "4", "5"])
        #expect(
            entries.map { String(decoding: $0.data, as: UTF8.self) }
                == [#"{"id":1}"#, "[2]", #""three""#])
        #expect(entries.allSatisfy { $0.contentType == "application/json" })
        #expect(dapr.calls == ["bulkPublish pubsub orders"])
    }

    @Test("metadata stands with each event, raw with the call")
    func metadata() async {
        let query = "?raw=true&ttl=1m&metadata.partitionKey=p&contentType=text%2Fplain"
        #expect(await publish("no json", query: query).short == "204")
        let state = dapr.events.now
        #expect(state.bulkMetadata == ["rawPayload": "true", "partitionKey": "p"])
        #expect(state.entries[0].contentType == "text/plain")
        #expect(state.entries[0].metadata["ttlInSeconds"] == "60")
        #expect(state.entries[0].metadata["partitionKey"] == "p")
    }

    @Test(
        "nothing is published when a line is no JSON, or there is none",
        arguments: ["1\n{", "", "\n"])
    func refused(body: String) async {
        #expect(await publish(body).problem == "invalid-body")
        #expect(dapr.calls == [])
    }

    @Test("lines that failed are listed with their numbers")
    func some() async {
        dapr.events.change { state in
            state.result = { entries in
                BulkPublishResult(
                    entries: entries.map {
                        .init(id: $0.id ?? "", outcome: $0.id == "3" ? .failed("full") : .published)
                    }, error: DaprError(.componentFailed, "failed"))
            }
        }
        let response = await publish("1\n\n2\n3")
        #expect(response.short == #"207 {"failed":[{"line":3,"detail":"full"}]}"#)
    }

    @Test(
        "when no event was taken, or nobody knows which, that is a failure",
        arguments: [.failed("full"), .unknown] as [BulkPublishResult.Outcome])
    func none(outcome: BulkPublishResult.Outcome) async {
        dapr.events.change { state in
            state.result = { entries in
                BulkPublishResult(
                    entries: entries.map { .init(id: $0.id ?? "", outcome: outcome) },
                    error: DaprError(.componentFailed, "no broker"))
            }
        }
        let response = await publish("1\n2")
        #expect(response.status.code == 502)
        #expect(response.problem == "component-failed")
    }
}
