/// A pub/sub component of a sidecar.
public struct PubSub: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any DaprAPI

    /// A component on any implementation of the API, such as a test's.
    public init(name: String, api: any DaprAPI) {
        self.name = name
        self.api = api
    }

    /// Publishes bytes.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - data: the content of the event.
    ///   - contentType: of `data`.
    ///   - metadata: such as `ttlInSeconds` or `rawPayload`.
    ///   - options: deadline and trace context.
    public func publish(
        _ topic: String, _ data: [UInt8], contentType: String = "application/octet-stream",
        metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.publishEvent(
            pubsub: name, topic: topic, data: data, contentType: contentType, metadata: metadata,
            options: options)
    }

    /// Publishes a text.
    public func publish(
        _ topic: String, _ text: String, contentType: String = "text/plain",
        metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await publish(
            topic, Array(text.utf8), contentType: contentType, metadata: metadata,
            options: options)
    }
}
