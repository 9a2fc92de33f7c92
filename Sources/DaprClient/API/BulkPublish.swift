/// One event of a bulk publish.
public struct BulkPublishEntry: Sendable, Hashable {
    /// Names the event in the result, unique in its call; nil lets the client choose.
    public var id: String?
    /// The content of the event.
    public var data: [UInt8]
    /// What the content is.
    public var contentType: String
    /// Metadata of this event, such as `ttlInSeconds`; goes before the metadata of the call.
    public var metadata: [String: String]

    /// One event of a bulk publish.
    public init(
        id: String? = nil, data: [UInt8], contentType: String, metadata: [String: String] = [:]
    ) {
        self.id = id
        self.data = data
        self.contentType = contentType
        self.metadata = metadata
    }

    /// One event of a bulk publish: bytes as `application/octet-stream`, a `String` as `text/plain`,
    /// a ``CloudEvent`` as `application/cloudevents+json`, all else as `application/json`.
    ///
    /// - Parameters:
    ///   - event: the content of the event.
    ///   - id: names the event in the result; nil lets the client choose.
    ///   - contentType: of the content, where it is another one.
    ///   - ttl: how long the event is worth something, rounded up to seconds; nil for ever.
    ///   - metadata: of this event.
    /// - Throws: `.invalidArgument` when the event cannot be encoded, or `ttl` is not positive.
    public init<Event: Encodable>(
        _ event: Event, id: String? = nil, contentType: String? = nil, ttl: Duration? = nil,
        metadata: [String: String] = [:]
    ) throws(DaprError) {
        let payload = try Payload(event, contentType: contentType)
        self.init(
            id: id, data: payload.bytes, contentType: payload.contentType,
            metadata: try metadata.living(ttl))
    }
}

/// What became of the events of a bulk publish.
public struct BulkPublishResult: Sendable, Hashable {
    /// What became of one event.
    public enum Outcome: Sendable, Hashable {
        /// The broker has it.
        case published
        /// The broker refused it, and said why.
        case failed(String)
        /// Nobody knows: the broker failed with some or all of the events, and the sidecar did not
        /// say with which. Its gRPC API never does when the broker reports a failure, because a
        /// failed call has no message that could list them; its HTTP API mostly does.
        case unknown
    }

    /// One event's part.
    public struct Entry: Sendable, Hashable {
        /// The event's id, as given or as the client chose it.
        public var id: String
        /// What became of it.
        public var outcome: Outcome

        /// One event's part.
        public init(id: String, outcome: Outcome) {
            self.id = id
            self.outcome = outcome
        }
    }

    /// What became of each event, in the order of the call.
    public var entries: [Entry]
    /// The failure that the sidecar reported for the whole; nil when it reported none.
    public var error: DaprError?

    /// What became of the events of a bulk publish.
    public init(entries: [Entry], error: DaprError? = nil) {
        self.entries = entries
        self.error = error
    }

    /// Whether the broker has every event.
    public var isComplete: Bool { entries.allSatisfy { $0.outcome == .published } }
}
