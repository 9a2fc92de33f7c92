/// Publishing, as both APIs offer it.
public protocol PublishAPI: Sendable {
    /// Publishes one event (`PublishEvent`).
    ///
    /// - Parameter contentType: of `data`; nil is the sidecar's default, `text/plain`.
    /// - Throws: `.noSuchComponent` for an unknown component; `.denied` when the app may not publish to
    ///   the topic; `.invalidArgument` for an empty topic, and for what is said to be a CloudEvent and
    ///   is none; `.componentFailed` when the broker fails.
    func publishEvent(
        pubsub: String, topic: String, data: [UInt8], contentType: String?,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError)

    /// Publishes several events at once (`BulkPublishEvent`), in no particular order.
    ///
    /// - Parameter metadata: of the call; daprd heeds it for entries' envelopes only in part, so
    ///   what concerns an event belongs into its own metadata, except for `rawPayload`.
    /// - Returns: what became of each; a failure of the broker is no error of the call.
    /// - Throws: when nothing was published because the sidecar refused the call, or nobody knows
    ///   what it did with it: `.noSuchComponent` for an unknown component; `.denied` when the app may
    ///   not publish to the topic; `.invalidArgument` for an empty topic, and two entries with one id.
    func bulkPublish(
        pubsub: String, topic: String, entries: [BulkPublishEntry], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BulkPublishResult

    /// Subscribes to a topic (`SubscribeTopicEventsAlpha1`), for as long as the stream lives.
    ///
    /// - Parameters:
    ///   - deadLetterTopic: where events go that are not taken; nil for none.
    ///   - metadata: for the component, and `rawPayload`.
    ///   - options: a timeout ends the stream.
    /// - Returns: the stream, as soon as the sidecar has subscribed.
    /// - Throws: `.notSupported` over the HTTP API, which brings events to an app: gRPC has this;
    ///   `.noSuchComponent` for an unknown component; `.denied` when the app may not subscribe to the
    ///   topic; `.invalidArgument` for an empty topic; `.componentFailed` when the broker fails. The
    ///   stream ends with `.unavailable` when the sidecar goes.
    func subscribe(
        pubsub: String, topic: String, deadLetterTopic: String?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> TopicStream
}
