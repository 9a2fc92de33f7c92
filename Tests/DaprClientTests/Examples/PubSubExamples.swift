import DaprClient
import Testing

extension Examples {
    @Suite("Examples: publish and subscribe")
    struct PubSubExamples {
        @Test("publishing", arguments: DaprProtocol.allCases)
        func publishing(protocol: DaprProtocol) async throws {
            try await withDevelopmentSidecar(`protocol`) { client in
                let pubsub = client.pubsub("pubsub")
                try await pubsub.publish("orders", Order(id: 17), ttl: .seconds(60))
                try await pubsub.publish("notes", "just a text")
                try await pubsub.publish("raw", [0xCA, 0xFE] as [UInt8], isRaw: true)
                try await pubsub.publish(
                    "orders",
                    CloudEvent(
                        id: "1", source: "shop", type: "order.placed", content: Order(id: 17)))
                let result = try await pubsub.publish(
                    "orders", bulk: [Order(id: 18), Order(id: 19)])
                for entry in result.entries where entry.outcome != .published {
                    print("entry \(entry.id) has to be published again")
                }
                #expect(result.isComplete)
                let entries = try [
                    BulkPublishEntry("first", id: "a"), BulkPublishEntry(Order(id: 2), id: "b"),
                ]
                let outcome = try await pubsub.publish("mixed", bulk: entries)
                #expect(outcome.isComplete)
            }
        }

        @Test("a subscription")
        func subscription() async throws {
            try await withDevelopmentSidecar { client in
                let pubsub = client.pubsub("pubsub")
                let subscription = try await pubsub.subscribe(
                    "orders", deadLetterTopic: "lost-orders", reconnection: .backingOff())
                // This broker keeps the publisher waiting until its event is answered.
                let publishing = Task {
                    try await pubsub.publish("orders", "no order")
                    try await pubsub.publish("orders", Order(id: 17))
                }
                var last: Order?
                for try await message in subscription {
                    guard let order = try? message.decode(as: Order.self) else {
                        try await message.drop()
                        continue
                    }
                    last = order
                    try await message.ack()
                    if order.id == 17 { break }
                }
                subscription.cancel()
                try await publishing.value
                #expect(last?.id == 17)
            }
        }
    }
}
