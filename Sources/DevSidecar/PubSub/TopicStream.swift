import DequeModule

/// A publishing call whose events are on their way to subscribers that are busy.
final class Handover {
    private var pending = 0
    private var completion: (() -> Void)?

    /// A subscriber has still to take an event.
    func begin() { pending += 1 }

    /// It took it, or never will.
    func end() {
        pending -= 1
        guard pending == 0 else { return }
        completion.take()?()
    }

    /// Calls back as soon as everything is taken, at once if nothing is pending.
    func whenDone(_ completion: @escaping () -> Void) {
        if pending == 0 { completion() } else { self.completion = completion }
    }
}

/// A subscription that a client holds open (`SubscribeTopicEventsAlpha1`).
///
/// As with daprd's broker in memory, one event at a time is with the client, and who publishes the
/// next waits until it is answered. An event that is not answered by the end is lost.
final class TopicStream {
    enum Answer {
        case success
        case retry
        case drop
    }

    let pubsub: String
    let topic: String
    let metadata: [String: String]
    let deadLetterTopic: String
    /// Sends an event, and says under which id it will be answered; nil for one that cannot be sent.
    private let send: (PublishedEvent) -> String?
    /// Ends the call of the stream.
    let end: () -> Void
    private var unanswered: (id: String, event: PublishedEvent)?
    private var waiting: Deque<(event: PublishedEvent, handover: Handover)> = []
    private static let mostWaiting = 1000

    init(
        pubsub: String, topic: String, metadata: [String: String], deadLetterTopic: String,
        send: @escaping (PublishedEvent) -> String?, end: @escaping () -> Void
    ) {
        self.pubsub = pubsub
        self.topic = topic
        self.metadata = metadata
        self.deadLetterTopic = deadLetterTopic
        self.send = send
        self.end = end
    }

    /// Sends an event as soon as the client has answered the one before.
    func offer(_ event: PublishedEvent, _ handover: Handover) {
        guard unanswered != nil else { return take(event) }
        // Those who published and gave up leave their events here, but not without end.
        guard waiting.count < Self.mostWaiting else { return }
        handover.begin()
        waiting.append((event, handover))
    }

    private func take(_ event: PublishedEvent) {
        if let id = send(event) { unanswered = (id, event) }
    }

    /// The client answers an event.
    ///
    /// - Returns: the event if it goes to the dead-letter topic; ids that nobody knows are ignored.
    func answer(_ id: String, _ answer: Answer) -> PublishedEvent? {
        guard let (current, event) = unanswered, current == id else { return nil }
        unanswered = nil
        while unanswered == nil, let (event, handover) = waiting.popFirst() {
            take(event)
            handover.end()
        }
        return answer == .success || deadLetterTopic.isEmpty ? nil : event
    }

    /// Nobody waits for this stream any more.
    func close() {
        unanswered = nil
        while let (_, handover) = waiting.popFirst() { handover.end() }
    }

    /// As the metadata API lists it.
    var info: SubscriptionInfo {
        SubscriptionInfo(
            pubsubName: pubsub, topic: topic, metadata: metadata,
            rules: [SubscriptionInfo.Rule(match: "", path: "/")],
            deadLetterTopic: deadLetterTopic, type: "STREAMING")
    }
}
