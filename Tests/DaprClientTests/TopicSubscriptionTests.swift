import DaprProtos
import HTTP2
import SwiftProtobuf
import Synchronization
import Testing

@testable import DaprClient

private typealias Request = Dapr_Proto_Runtime_V1_SubscribeTopicEventsRequestAlpha1
private typealias Response = Dapr_Proto_Runtime_V1_SubscribeTopicEventsResponseAlpha1

@Suite("Streaming subscriptions, over real sockets")
struct TopicSubscriptionTests {
    private static func accepted() -> PeerStep {
        var response = Response()
        response.initialResponse = .init()
        return message(response)
    }

    private static func event(_ id: String, _ data: String = "hi") -> PeerStep {
        var response = Response()
        response.eventMessage.id = id
        response.eventMessage.source = "app"
        response.eventMessage.type = "t"
        response.eventMessage.specVersion = "1.0"
        response.eventMessage.dataContentType = "text/plain"
        response.eventMessage.topic = "orders"
        response.eventMessage.pubsubName = "p"
        response.eventMessage.data = Array(data.utf8).data
        response.eventMessage.extensions.fields = [
            "time": .init(stringValue: "now"), "n": .init(numberValue: 1),
            "b": .init(boolValue: true),
        ]
        return message(response)
    }

    private static func message(_ response: Response) -> PeerStep {
        guard let bytes: [UInt8] = try? response.serializedBytes() else {
            preconditionFailure("a message of the test can be encoded")
        }
        return .message(bytes)
    }

    /// Answers that the peer got: id and status.
    private final class Answers: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }

        func note(_ bytes: [UInt8]) -> Request? {
            guard let request = try? Request(serializedBytes: bytes) else { return nil }
            if case .eventProcessed(let processed) = request.subscribeTopicEventsRequestType {
                list.withLock { $0.append("\(processed.id) \(processed.status.status)") }
            }
            return request
        }
    }

    @Test("messages come with all that is known of them, and each is answered once")
    func answers() async throws {
        let answers = Answers()
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams { _, event in
                guard case .message(let bytes) = event else { return [] }
                switch answers.note(bytes)?.subscribeTopicEventsRequestType {
                case .initialRequest(let initial):
                    #expect(initial.pubsubName == "p")
                    #expect(initial.topic == "orders")
                    #expect(initial.deadLetterTopic == "dead")
                    #expect(initial.metadata == ["rawPayload": "true", "m": "n"])
                    return [.head, Self.accepted()] + ["1", "2", "3"].map { Self.event($0) }
                case .eventProcessed(let processed):
                    return processed.id == "3" ? [Self.event("4", "{\"a\":1}")] : []
                case nil: return []
                }
            }
            let pubsub = PubSub(name: "p", api: transport)
            let events = try await pubsub.subscribe(
                "orders", deadLetterTopic: "dead", isRaw: true, metadata: ["m": "n"])
            let first = try #require(try await events.next())
            #expect(first.id == "1")
            #expect(first.source == "app")
            #expect(first.type == "t")
            #expect(first.specVersion == "1.0")
            #expect(first.contentType == "text/plain")
            #expect(first.topic == "orders")
            #expect(first.pubsub == "p")
            #expect(first.text == "hi")
            #expect(first.attributes == ["time": "now", "n": "1", "b": "true"])
            let second = try #require(try await events.next())
            let third = try #require(try await events.next())
            try await second.retry()
            try await first.ack()
            try await third.drop()
            let fourth = try #require(try await events.next())
            #expect(try fourth.decode(as: [String: Int].self) == ["a": 1])
            #expect(answers.all == ["2 retry", "1 success", "3 drop"])
            for answer in [first.ack, first.drop, second.retry] {
                let error = await #expect(throws: DaprError.self) { try await answer() }
                #expect(error?.kind == .invalidArgument)
            }
            events.cancel()
            #expect(try await events.next() == nil)
            await peer.waitForResets(1)
            let late = await #expect(throws: DaprError.self) { try await fourth.ack() }
            #expect(late?.isUnprocessed == false || late?.kind != .invalidArgument)
            await pool.waitForStreams(0)
        }
    }

    @Test(
        "a subscription that the sidecar refuses, or accepts in no sensible way, is not made",
        arguments: [
            ([PeerStep.head, event("1")], DaprError.Kind.malformedResponse),
            ([.head, .ok], .malformedResponse), ([.head, .message([0xff])], .malformedResponse),
            ([.head, .bytes([0, 0, 0]), .ok], .malformedResponse),
            ([.head, .bytes([0, 0xff, 0xff, 0xff, 0xff])], .tooLarge),
            ([.rawHead([(":status", "200")], end: true)], .malformedResponse),
            ([.reset(.cancel)], .unavailable), ([.hangUp], .unavailable),
            ([status(3, "pubsub p is not found")], .invalidArgument),
            ([status(2, "subscription to topic 't' on pubsub 'p' is not allowed")], .denied),
            ([status(2, "failed to create subscription for p: no")], .componentFailed),
            ([status(2, "stream closed")], .unavailable), ([status(16, "")], .unauthenticated),
        ] as [([PeerStep], DaprError.Kind)])
    func refused(steps: [PeerStep], kind: DaprError.Kind) async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams { _, event in
                if case .message = event { steps } else { [] }
            }
            let error = await #expect(throws: DaprError.self) {
                try await PubSub(name: "p", api: transport).subscribe("t")
            }
            #expect(error?.kind == kind)
            await pool.waitForStreams(0)
        }
    }

    @Test("a sidecar that does not accept in time is given up; once it has, no deadline is left")
    func handshake() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams { request, event in
                guard case .message = event else { return [] }
                return request.number == 1 ? [.head] : [.head, Self.accepted()]
            }
            let hasty = try GRPCTransport(
                pool: pool, settings: TransportSettings(timeout: .milliseconds(200)))
            let pubsub = PubSub(name: "p", api: hasty)
            let error = await #expect(throws: DaprError.self) {
                try await pubsub.subscribe("t")
            }
            #expect(error?.kind == .deadlineExceeded)
            await peer.waitForResets(1)
            let patient = PubSub(name: "p", api: transport)
            let events = try await patient.subscribe("t")
            // Only the connection's watch for silence.
            #expect(await pool.timerCount == 1)
            events.cancel()
            await peer.waitForResets(2)
            await pool.waitForStreams(0)
        }
    }

    private static func status(_ code: Int, _ message: String) -> PeerStep {
        .rawHead(
            [
                (":status", "200"), ("content-type", "application/grpc"),
                ("grpc-status", "\(code)"), ("grpc-message", message),
            ], end: true)
    }

    @Test("names that are empty are refused at once, and HTTP says who can subscribe")
    func arguments() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            for (name, topic) in [("", "t"), ("p", "")] {
                let error = await #expect(throws: DaprError.self) {
                    try await PubSub(name: name, api: transport).subscribe(topic)
                }
                #expect(error?.kind == .invalidArgument)
            }
            let http = try HTTPTransport(pool: pool, settings: transport.settings)
            let error = await #expect(throws: DaprError.self) {
                try await PubSub(name: "p", api: http).subscribe("t")
            }
            #expect(error?.kind == .notSupported)
            #expect(error?.message.contains("gRPC") == true)
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("cancelling the task ends the subscription, and its stream is reset")
    func taskCancelled() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams { _, event in
                if case .message = event { [.head, Self.accepted()] } else { [] }
            }
            let events = try await PubSub(name: "p", api: transport).subscribe("t")
            let task = Task { for try await _ in events {} }
            task.cancel()
            let error = await #expect(throws: DaprError.self) { try await task.value }
            #expect(error?.kind == .cancelled)
            await peer.waitForResets(1)
            await pool.waitForStreams(0)
        }
    }

    @Test("letting the subscription go resets its stream")
    func letGo() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams { _, event in
                if case .message = event { [.head, Self.accepted()] } else { [] }
            }
            _ = try await PubSub(name: "p", api: transport).subscribe("t")
            await peer.waitForResets(1)
            await pool.waitForStreams(0)
        }
    }

    @Test("a lost stream ends the subscription, unless it is to be made anew")
    func lost() async throws {
        for reconnection in [
            TopicSubscription.Reconnection.never, .backingOff(first: .milliseconds(1)),
        ] {
            try await withPeer { _ in
                .silence
            } body: { peer, transport, pool in
                await peer.answerStreams { request, event in
                    guard case .message(let bytes) = event else { return [] }
                    if case .eventProcessed = try? Request(serializedBytes: bytes)
                        .subscribeTopicEventsRequestType
                    {
                        return [.hangUp]
                    }
                    switch request.number {
                    case 1: return [.head, Self.accepted(), Self.event("0"), Self.event("1")]
                    case 2: return [.reset(.refusedStream)]
                    default: return [.head, Self.accepted(), Self.event("2")]
                    }
                }
                let events = try await PubSub(name: "p", api: transport).subscribe(
                    "t", reconnection: reconnection)
                let trigger = try #require(try await events.next())
                let first = try #require(try await events.next())
                #expect(first.id == "1")
                try? await trigger.ack()
                if reconnection == .never {
                    let error = await #expect(throws: DaprError.self) { try await events.next() }
                    #expect(error?.kind == .unavailable)
                } else {
                    #expect(try await events.next()?.id == "2")
                    let late = await #expect(throws: DaprError.self) { try await first.ack() }
                    #expect(late?.kind == .unavailable)
                }
                events.cancel()
                #expect(try await events.next() == nil)
                await pool.waitForStreams(0)
            }
        }
    }

    @Test("a pause before a reconnection ends with the subscription")
    func cancelledPause() async throws {
        let asked = Mutex(0)
        let (signal, continuation) = AsyncStream.makeStream(of: Void.self)
        let events = try await TopicSubscription(
            .backingOff(first: .seconds(3600), longest: .seconds(3600))
        ) { () throws(DaprError) in
            asked.withLock { $0 += 1 }
            return TopicStream { () throws(DaprError) in
                continuation.yield()
                throw DaprError(.unavailable, "gone")
            } cancel: {
            }
        }
        let task = Task { try await events.next() == nil }
        for await _ in signal { break }
        events.cancel()
        #expect(try await task.value)
        #expect(asked.withLock { $0 } == 1)
    }
}
