import JSON

/// The broker in memory: hands each event to the app that subscribed, and keeps the latest ones.
///
/// Events are handed over at once, while they are published. One that the app refuses goes to the
/// dead-letter topic of the subscription, or is lost, as with the in-memory broker of daprd.
final class Broker {
    private let app: (any HTTPApp)?
    private let clock: WallClock
    private var deliveries: [AppDelivery] = []
    /// The streams that clients hold open.
    private(set) var streams: [TopicStream] = []
    /// The latest events, oldest first.
    private(set) var log: [PublishedEvent] = []
    private static let longestLog = 1000

    /// - Parameter app: what subscribes, if ``askForSubscriptions()`` is called.
    init(app: (any HTTPApp)?, clock: WallClock) {
        self.app = app
        self.clock = clock
    }

    var subscriptions: [Subscription] { deliveries.map(\.subscription) }

    /// Asks the app what it subscribes to. One that does not answer subscribes to nothing.
    func askForSubscriptions() {
        guard let app else { return }
        let host = AppField(name: "Host", value: "127.0.0.1:\(app.port)")
        let request = AppRequest(method: "GET", target: "/dapr/subscribe", fields: [host])
        app.ask(request).whenDone { [weak self] result in
            guard let self, case .success(let answer) = result else { return }
            let list = Self.parse(answer.body)?.arrayValue ?? []
            deliveries = list.compactMap(Subscription.init).map { AppDelivery($0) }
        }
    }

    /// Nothing is delivered any more.
    func stop() {
        for delivery in deliveries { delivery.stop() }
        deliveries = []
        for stream in streams { stream.end() }
    }

    /// Keeps an event and delivers it.
    ///
    /// - Parameter handover: told of streams that take the event only later.
    func publish(_ event: PublishedEvent, _ handover: Handover) {
        if log.count == Self.longestLog { log.removeFirst() }
        log.append(event)
        deliver(event, isDeadLetter: false, handover)
    }

    private func deliver(_ event: PublishedEvent, isDeadLetter: Bool, _ handover: Handover) {
        for stream in streams
        where stream.pubsub == event.pubsub && Self.matches(stream.topic, event.topic) {
            stream.offer(event, handover)
        }
        for delivery in deliveries
        where delivery.subscription.pubsub == event.pubsub
            && delivery.subscription.topic == event.topic
        {
            delivery.offer(handover) { [weak self] done in
                guard let self else { return done() }
                hand(event, to: delivery.subscription) { [weak self] isTaken in
                    done()
                    // A dead letter that is refused once more is lost, so that topics may form a
                    // ring.
                    let topic = delivery.subscription.deadLetterTopic
                    guard let self, !isTaken, !isDeadLetter, !topic.isEmpty else { return }
                    var letter = event
                    letter.topic = topic
                    deliver(letter, isDeadLetter: true, handover)
                }
            }
        }
    }

    /// Whether a subscription's topic, in which `*` stands for anything, is that of an event.
    static func matches(_ pattern: String, _ topic: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else {
            return pattern == topic
        }
        guard topic.utf8.count >= first.utf8.count + last.utf8.count, topic.hasPrefix(first),
            topic.hasSuffix(last)
        else { return false }
        var rest = topic.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() {
            guard !part.isEmpty else { continue }
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }

    // MARK: - Streams

    func open(_ stream: TopicStream) {
        streams.append(stream)
    }

    func close(_ stream: TopicStream) {
        streams.removeAll { $0 === stream }
        stream.close()
    }

    /// Takes the client's answer to an event. An event to be tried again is not: nothing asks for it
    /// (no resiliency policy), and the broker in memory does not do it by itself.
    func answer(_ id: String, _ answer: TopicStream.Answer, on stream: TopicStream) {
        guard var letter = stream.answer(id, answer) else { return }
        letter.topic = stream.deadLetterTopic
        deliver(letter, isDeadLetter: true, Handover())
    }

    /// An event as subscribers get it; nil for one that they do not get: it is worthless by now, or
    /// no CloudEvent though the subscription is for such.
    func cloudEvent(_ event: PublishedEvent, isRaw: Bool) -> JSONValue? {
        let content = isRaw ? CloudEvent(wrappingRaw: event).bytes : event.content
        guard let parsed = Self.parse(content), parsed.objectValue != nil, !isExpired(parsed) else {
            return nil
        }
        return parsed
    }

    /// Hands an event to the app.
    ///
    /// - Parameter completion: told whether that is the end of it.
    private func hand(
        _ event: PublishedEvent, to subscription: Subscription,
        _ completion: @escaping (_ isTaken: Bool) -> Void
    ) {
        guard let app, let parsed = cloudEvent(event, isRaw: subscription.isRaw),
            let path = subscription.path(for: parsed)
        else { return completion(true) }
        let request = AppRequest(
            method: "POST", target: path, fields: fields(of: event, parsed, app.port),
            body: parsed.serialized(options: .go))
        app.ask(request).whenDone { result in
            guard case .success(let answer) = result else { return completion(false) }
            let status = Self.parse(answer.body)?["status"]?.stringValue
            completion(answer.status == 404 || answer.status < 300 && status != "DROP")
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
