import EventLoop
import JSON
import Testing

@testable import DevSidecar

/// An app that subscribes to one topic and its dead letters, and answers as it is told.
private final class Subscriber: InProcessApp {
    let port: UInt16 = 7000
    let answer: (AppRequest) -> AppResponse
    private(set) var received: [AppRequest] = []

    init(answer: @escaping (AppRequest) -> AppResponse = { _ in AppResponse(status: 200) }) {
        self.answer = answer
    }

    func answer(_ request: AppRequest) throws(AppFailure) -> AppResponse {
        guard request.target != "/dapr/subscribe" else {
            let list: JSONValue = [
                [
                    "pubsubname": "p", "topic": "t", "deadLetterTopic": "dead",
                    "routes": [
                        "rules": [["match": "event.type == \"special\"", "path": "/special"]],
                        "default": "/default",
                    ],
                ],
                ["pubsubname": "p", "topic": "dead", "route": "/dead", "deadLetterTopic": "dead"],
                [
                    "pubsubname": "p", "topic": "raw", "route": "/raw",
                    "metadata": ["rawPayload": "true"],
                ],
            ]
            return AppResponse(status: 200, body: list.serialized())
        }
        received.append(request)
        return answer(request)
    }
}

@Suite struct BrokerTests {
    private func publish(_ text: String, to topic: String = "t", _ app: Subscriber) throws -> Broker
    {
        let broker = Broker(app: app, clock: WallClock(loop: try EventLoop()))
        broker.askForSubscriptions()
        broker.publish(
            PublishedEvent(pubsub: "p", topic: topic, content: Array(text.utf8), metadata: [:]),
            Handover())
        return broker
    }

    @Test(
        "an event goes to the first rule that matches",
        arguments: [
            (#"{"type":"special"}"#, "/special"), (#"{"type":"x"}"#, "/default"),
            ("{}", "/default"),
        ])
    func routing(event: String, path: String) throws {
        let app = Subscriber()
        _ = try publish(event, app)
        #expect(app.received.map(\.target) == [path])
    }

    @Test("an event is kept whether or not anyone subscribed to its topic")
    func log() throws {
        let app = Subscriber()
        let broker = try publish("{}", to: "nobody", app)
        #expect(broker.log.map(\.topic) == ["nobody"])
        #expect(app.received.isEmpty)
    }

    @Test(
        "what the app drops or fails on becomes a dead letter, once",
        arguments: [(200, #"{"status":"DROP"}"#), (500, "")])
    func deadLetter(status: Int, body: String) throws {
        let app = Subscriber { _ in AppResponse(status: status, body: Array(body.utf8)) }
        _ = try publish("{}", app)
        #expect(app.received.map(\.target) == ["/default", "/dead"])
    }

    @Test("a 404 of the app is the end of the event")
    func gone() throws {
        let app = Subscriber { _ in AppResponse(status: 404) }
        _ = try publish("{}", app)
        #expect(app.received.map(\.target) == ["/default"])
    }

    @Test(
        "expired events, and what is no JSON object, are not delivered",
        arguments: [#"{"expiration":"2000-01-01T00:00:00Z"}"#, "raw text", "[1]"])
    func lost(event: String) throws {
        let app = Subscriber()
        _ = try publish(event, app)
        #expect(app.received.isEmpty)
    }

    @Test("a subscription for raw data gets the bytes in an envelope")
    func raw() throws {
        let app = Subscriber()
        _ = try publish("raw text", to: "raw", app)
        let event = try JSONValue.parse(try #require(app.received.first).body)
        #expect(event["data_base64"] == "cmF3IHRleHQ=")
        #expect(event["topic"] == "raw")
    }
}
