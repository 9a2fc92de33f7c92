/// A pub/sub component of a sidecar.
public struct PubSub: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any PublishAPI

    /// A component on any implementation of the API, such as a test's.
    public init(name: String, api: any PublishAPI) {
        self.name = name
        self.api = api
    }

    /// Publishes an event: bytes (`[UInt8]`, `Data`) as `application/octet-stream`, a `String` as
    /// `text/plain`, a ``CloudEvent`` as `application/cloudevents+json`, all else as
    /// `application/json`.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - event: the content of the event.
    ///   - contentType: of the content, where it is another one; values that are encoded as JSON
    ///     take a type of JSON only.
    ///   - ttl: how long the event is worth something, rounded up to seconds; nil for ever.
    ///   - isRaw: whether the content is published as it is, without an envelope (`rawPayload`).
    ///   - metadata: for the component.
    ///   - options: deadline and trace context.
    public func publish<Event: Encodable>(
        _ topic: String, _ event: Event, contentType: String? = nil, ttl: Duration? = nil,
        isRaw: Bool = false, metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        let payload = try Payload(event, contentType: contentType)
        try await api.publishEvent(
            pubsub: name, topic: topic, data: payload.bytes, contentType: payload.contentType,
            metadata: try metadata.living(ttl).raw(isRaw), options: options)
    }

    /// Publishes several events at once, in no particular order.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - entries: the events, each with its content type and metadata.
    ///   - isRaw: whether all contents are published as they are, without envelopes.
    ///   - metadata: of the call, for the component; what concerns an event belongs into its own.
    ///   - options: deadline and trace context.
    /// - Returns: what became of each event: a broker that fails with some of them is no error of
    ///   the call.
    public func publish(
        _ topic: String, bulk entries: [BulkPublishEntry], isRaw: Bool = false,
        metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> BulkPublishResult {
        try await api.bulkPublish(
            pubsub: name, topic: topic, entries: entries, metadata: metadata.raw(isRaw),
            options: options)
    }

    /// Publishes several values at once, in no particular order, each as ``publish(_:_:contentType:ttl:isRaw:metadata:options:)``
    /// does.
    public func publish<Event: Encodable>(
        _ topic: String, bulk events: [Event], contentType: String? = nil, ttl: Duration? = nil,
        isRaw: Bool = false, metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> BulkPublishResult {
        var entries: [BulkPublishEntry] = []
        for event in events {
            entries.append(try BulkPublishEntry(event, contentType: contentType, ttl: ttl))
        }
        return try await publish(
            topic, bulk: entries, isRaw: isRaw, metadata: metadata, options: options)
    }

    /// Subscribes to a topic, over gRPC.
    ///
    /// ```swift
    /// let orders = try await client.pubsub("pubsub").subscribe("orders")
    /// for try await message in orders {
    ///     handle(try message.decode(as: Order.self))
    ///     try await message.ack()
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - topic: the topic; some brokers take patterns.
    ///   - deadLetterTopic: where events go that are dropped or not taken; nil for none.
    ///   - isRaw: whether events are published without an envelope; each message then holds the
    ///     bytes of one.
    ///   - reconnection: what happens when the sidecar or the stream is lost.
    ///   - metadata: for the component.
    ///   - options: a timeout ends the stream; without one the sidecar's acceptance has the default
    ///     timeout, and the stream none.
    /// - Returns: the events, as soon as the sidecar has subscribed.
    /// - Throws: `.notSupported` over HTTP, which brings events to an app only.
    public func subscribe(
        _ topic: String, deadLetterTopic: String? = nil, isRaw: Bool = false,
        reconnection: TopicSubscription.Reconnection = .never, metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> TopicSubscription {
        let metadata = metadata.raw(isRaw)
        return try await TopicSubscription(reconnection) { [name, api] () throws(DaprError) in
            try await api.subscribe(
                pubsub: name, topic: topic, deadLetterTopic: deadLetterTopic, metadata: metadata,
                options: options)
        }
    }
}

extension [String: String] {
    /// Metadata that asks for an event without envelope.
    fileprivate func raw(_ isRaw: Bool) -> [String: String] {
        guard isRaw else { return self }
        return merging(["rawPayload": "true"]) { $1 }
    }
}
