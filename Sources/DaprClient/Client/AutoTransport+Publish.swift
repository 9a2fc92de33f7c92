extension AutoTransport {
    func bulkPublish(
        pubsub: String, topic: String, entries: [BulkPublishEntry], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BulkPublishResult {
        try await grpc.bulkPublish(
            pubsub: pubsub, topic: topic, entries: entries, metadata: metadata, options: options)
    }

    func subscribe(
        pubsub: String, topic: String, deadLetterTopic: String?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> TopicStream {
        try await grpc.subscribe(
            pubsub: pubsub, topic: topic, deadLetterTopic: deadLetterTopic, metadata: metadata,
            options: options)
    }
}
