import JSON

/// The broker in memory: hands each event to the app that subscribed, and keeps the latest ones.
///
/// Events are handed over at once, while they are published. One that the app refuses goes to the
/// dead-letter topic of the subscription, or is lost, as with the in-memory broker of daprd.
final class Broker {
    private let app: (any HTTPApp)?
    private let clock: WallClock
    let subscriptions: [Subscription]
    /// The latest events, oldest first.
    private(set) var log: [PublishedEvent] = []
    private static let longestLog = 1000

    /// Asks the app what it subscribes to.
    init(app: (any HTTPApp)?, clock: WallClock) {
        self.app = app
        self.clock = clock
        let request = AppRequest(method: "GET", target: "/dapr/subscribe", fields: [])
        do throws(AppFailure) {
            let answer = try app?.answer(request)
            let list = answer.flatMap { Self.parse($0.body)?.arrayValue }
            subscriptions = list?.compactMap(Subscription.init) ?? []
        } catch {
            // An app that does not answer subscribes to nothing.
            subscriptions = []
        }
    }

    /// Keeps an event and delivers it.
    func publish(_ event: PublishedEvent) {
        if log.count == Self.longestLog { log.removeFirst() }
        log.append(event)
        deliver(event, isDeadLetter: false)
    }

    private func deliver(_ event: PublishedEvent, isDeadLetter: Bool) {
        for subscription in subscriptions
        where subscription.pubsub == event.pubsub && subscription.topic == event.topic {
            let isTaken = hand(event, to: subscription)
            // A dead letter that is refused once more is lost, so that topics may form a ring.
            if !isTaken, !isDeadLetter, !subscription.deadLetterTopic.isEmpty {
                var letter = event
                letter.topic = subscription.deadLetterTopic
                deliver(letter, isDeadLetter: true)
            }
        }
    }

    /// Hands an event to the app.
    ///
    /// - Returns: whether that is the end of it.
    private func hand(_ event: PublishedEvent, to subscription: Subscription) -> Bool {
        let content = subscription.isRaw ? CloudEvent(wrappingRaw: event).bytes : event.content
        // What is no JSON object cannot be handed to a subscription for CloudEvents.
        guard let app, let parsed = Self.parse(content), parsed.objectValue != nil,
            !isExpired(parsed), let path = subscription.path(for: parsed)
        else { return true }
        let request = AppRequest(
            method: "POST", target: path, fields: fields(of: event, parsed, app.port),
            body: parsed.serialized(options: .go))
        do throws(AppFailure) {
            let answer = try app.answer(request)
            if answer.status == 404 { return true }
            let status = Self.parse(answer.body)?["status"]?.stringValue
            return answer.status < 300 && status != "DROP"
        } catch {
            return false
        }
    }

    private func isExpired(_ event: JSONValue) -> Bool {
        // Times of one form and zone sort as texts do.
        guard let expiration = event["expiration"]?.stringValue else { return false }
        return expiration <= CalendarTime(secondsSince1970: clock.seconds).rfc3339
    }

    private func fields(
        of event: PublishedEvent, _ parsed: JSONValue, _ port: UInt16
    ) -> [AppField] {
        var fields = [
            ("content-type", "application/cloudevents+json"), ("pubsubname", event.pubsub),
        ]
        if let traceparent = parsed["traceparent"]?.stringValue ?? event.metadata["traceid"] {
            let none = TraceContext.none.traceparent
            fields.append(("traceparent", traceparent.isEmpty ? none : traceparent))
        }
        fields += event.metadata.map { ($0.key, $0.value) }
        let first = [
            ("host", "127.0.0.1:\(port)"), ("user-agent", "Go-http-client/1.1"),
        ]
        return (first + fields.sorted { $0.0 < $1.0 } + [("accept-encoding", "gzip")]).map {
            AppField(name: AppFields.canonical($0.0), value: $0.1)
        }
    }

    private static func parse(_ bytes: [UInt8]) -> JSONValue? {
        do throws(JSONError) {
            return try JSONValue.parse(bytes, options: .go)
        } catch {
            return nil
        }
    }
}
