extension AutoTransport {
    func bulkPublish(
        pubsub: String, topic: String, entries: [BulkPublishEntry], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BulkPublishResult {
        try await grpc.bulkPublish(
            pubsub: pubsub, topic: topic, entries: entries, metadata: metadata, options: options)
    }
}
