import EventLoop
import Testing

@testable import DevSidecar

@Suite("Streams of a broker")
struct TopicStreamTests {
    /// What a stream's client got.
    private final class Client {
        var received: [String] = []

        func stream(_ topic: String, deadLetters: String = "") -> TopicStream {
            TopicStream(pubsub: "p", topic: topic, metadata: [:], deadLetterTopic: deadLetters) {
                event in
                let text = String(decoding: event.content, as: UTF8.self)
                guard text != "unfit" else { return nil }
                self.received.append(text)
                return text
            } end: {
            }
        }
    }

    private func broker() throws -> Broker {
        Broker(app: nil, clock: WallClock(loop: try EventLoop()))
    }

    /// Publishes, and says whether the publisher has its answer.
    private func publish(
        _ text: String, to topic: String = "t", _ broker: Broker, onTaken: @escaping () -> Void
    ) {
        let handover = Handover()
        broker.publish(
            PublishedEvent(pubsub: "p", topic: topic, content: Array(text.utf8), metadata: [:]),
            handover)
        handover.whenDone(onTaken)
    }

    @Test("the next event waits until the one before is answered, and so does its publisher")
    func oneAtATime() throws {
        let (broker, client) = (try broker(), Client())
        let stream = client.stream("t")
        broker.open(stream)
        var taken: [String] = []
        for text in ["a", "unfit", "b", "c"] {
            publish(text, broker) { taken.append(text) }
        }
        #expect(client.received == ["a"])
        #expect(taken == ["a"])
        broker.answer("x", .success, on: stream)
        #expect(client.received == ["a"])
        broker.answer("a", .retry, on: stream)
        #expect(client.received == ["a", "b"])
        #expect(taken == ["a", "unfit", "b"])
        broker.close(stream)
        #expect(client.received == ["a", "b"])
        #expect(taken == ["a", "unfit", "b", "c"])
    }

    @Test("each stream gets each event; dropped and refused ones go to the dead letters, once")
    func deadLetters() throws {
        let (broker, first, second, dead) = (try broker(), Client(), Client(), Client())
        let streams = [
            first.stream("t", deadLetters: "dead"), second.stream("*"),
            dead.stream("dead", deadLetters: "t"),
        ]
        for stream in streams { broker.open(stream) }
        publish("a", broker) {}
        #expect(first.received == ["a"])
        #expect(second.received == ["a"])
        broker.answer("a", .success, on: streams[1])
        broker.answer("a", .drop, on: streams[0])
        #expect(dead.received == ["a"])
        #expect(second.received == ["a", "a"])
    }

    @Test(
        "a star stands for anything",
        arguments: [
            ("t", "t", true), ("t", "u", false), ("*", "t", true), ("a*", "ab", true),
            ("a*", "b", false), ("*a", "ba", true), ("a*a", "a", false), ("a*b*c", "a1b2c", true),
            ("a*b*c", "acb", false),
        ])
    func patterns(pattern: String, topic: String, matches: Bool) {
        #expect(Broker.matches(pattern, topic) == matches)
    }
}
