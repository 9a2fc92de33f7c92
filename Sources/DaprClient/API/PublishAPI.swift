/// Publishing, as both APIs offer it.
public protocol PublishAPI: Sendable {
    /// Publishes one event (`PublishEvent`).
    ///
    /// - Parameter contentType: of `data`; nil is the sidecar's default, `text/plain`.
    func publishEvent(
        pubsub: String, topic: String, data: [UInt8], contentType: String?,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError)
}
