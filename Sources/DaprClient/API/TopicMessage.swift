import Synchronization

/// An event that a subscription got. Each is to be answered, once; one that is not answered stays
/// unanswered, and what becomes of it is up to the broker: some give it to a later subscription, the
/// one in memory loses it. Many brokers hold the next events back until then.
public struct TopicMessage: Sendable {
    /// What a subscriber says about an event.
    public enum Answer: Sendable, Hashable, CaseIterable {
        /// It is done with.
        case success
        /// It is to be tried again.
        case retry
        /// It is not wanted: to the dead-letter topic, if there is one.
        case drop
    }

    /// The event's id.
    public var id: String
    /// Where it comes from; the app id of the publisher, unless that said otherwise.
    public var source: String
    /// What has happened; `com.dapr.event.sent`, unless the publisher said otherwise.
    public var type: String
    /// The version of CloudEvents.
    public var specVersion: String
    /// What `data` is.
    public var contentType: String
    /// The content. The sidecar has read and written JSON, so that large numbers have lost digits;
    /// of a content type that is neither text, JSON nor `application/octet-stream` it leaves nothing.
    public var data: [UInt8]
    /// The topic that was subscribed to.
    public var topic: String
    /// The component.
    public var pubsub: String
    /// Further attributes, such as `traceparent`, `time`, `subject`; those that are no texts as JSON.
    public var attributes: [String: String]
    private let answering: Answering

    /// An event from any source, such as a test's.
    ///
    /// - Parameter answer: called with the answer, at most once.
    public init(
        id: String, source: String = "", type: String = "", specVersion: String = "1.0",
        contentType: String, data: [UInt8], topic: String, pubsub: String,
        attributes: [String: String] = [:],
        answer: @escaping @Sendable (Answer) async throws(DaprError) -> Void
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.specVersion = specVersion
        self.contentType = contentType
        self.data = data
        self.topic = topic
        self.pubsub = pubsub
        self.attributes = attributes
        answering = Answering(answer)
    }

    // MARK: - Content

    /// The content as a text; nil when it is not UTF-8.
    public var text: String? { String(validating: data, as: UTF8.self) }

    /// The content as a value of a type: bytes as they are, a `String` from UTF-8, all else from JSON.
    ///
    /// - Throws: `.malformedResponse` when it is no such value.
    public func decode<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(DaprError) -> Value {
        try Payload.decode(type, from: data)
    }

    // MARK: - Answering

    /// Says that the event is done with.
    ///
    /// - Throws: `.invalidArgument` when it was answered before, `.unavailable` when the stream that
    ///   it came on is no more. That the sidecar has the answer is not known: there is no receipt.
    public func ack() async throws(DaprError) { try await answering.give(.success) }

    /// Asks for the event again. daprd 1.18.3 may lose it instead: without a resiliency policy for
    /// the component it hands the refusal to the broker, and neither the broker in memory nor Redis
    /// Streams gave the event again. With a dead-letter topic it goes there.
    ///
    /// - Throws: as ``ack()`` does.
    public func retry() async throws(DaprError) { try await answering.give(.retry) }

    /// Says that the event is not wanted: it goes to the dead-letter topic, or is lost.
    ///
    /// - Throws: as ``ack()`` does.
    public func drop() async throws(DaprError) { try await answering.give(.drop) }
}

/// Lets an answer through once, whichever copy of the message it comes from.
private final class Answering: Sendable {
    private let isAnswered = Mutex(false)
    private let answer: @Sendable (TopicMessage.Answer) async throws(DaprError) -> Void

    init(_ answer: @escaping @Sendable (TopicMessage.Answer) async throws(DaprError) -> Void) {
        self.answer = answer
    }

    func give(_ value: TopicMessage.Answer) async throws(DaprError) {
        let isFirst = isAnswered.withLock { isAnswered in
            defer { isAnswered = true }
            return !isAnswered
        }
        guard isFirst else {
            throw DaprError(
                .invalidArgument, "the message was answered before", isUnprocessed: true)
        }
        try await answer(value)
    }
}

/// One stream of a subscription, as an API gives it. When nobody holds it or one of its messages any
/// more, it is reset.
public struct TopicStream: Sendable {
    private let read: @Sendable () async throws(DaprError) -> TopicMessage?
    private let end: @Sendable () -> Void

    /// A stream from any source, such as a test's.
    ///
    /// - Parameters:
    ///   - next: the next message; nil at the end.
    ///   - cancel: ends the stream; `next` then ends or throws `.cancelled`.
    public init(
        next: @escaping @Sendable () async throws(DaprError) -> TopicMessage?,
        cancel: @escaping @Sendable () -> Void
    ) {
        read = next
        end = cancel
    }

    /// The next message; nil at the end. One task at a time may ask.
    public func next() async throws(DaprError) -> TopicMessage? { try await read() }

    /// Ends the stream.
    public func cancel() { end() }
}
