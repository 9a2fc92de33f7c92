import DaprProtos

// Publish and secrets: little more than the messages' fields.
extension GRPCTransport: DaprAPI {
    func publishEvent(
        pubsub: String, topic: String, data: [UInt8], contentType: String?,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
        try check(pubsub, "component")
        try check(topic, "topic")
        try settings.check(body: data.count)
        var request = Dapr_Proto_Runtime_V1_PublishEventRequest()
        request.pubsubName = pubsub
        request.topic = topic
        request.data = data.data
        request.dataContentType = contentType ?? ""
        request.metadata = metadata
        _ = try await call(RPCs.publishEvent, request, in: .publish, options)
    }

    func getSecret(
        store: String, name: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: String] {
        try check(name, "secret")
        try check(store, "secret store")
        var request = Dapr_Proto_Runtime_V1_GetSecretRequest()
        request.storeName = store
        request.key = name
        request.metadata = metadata
        return try await call(RPCs.getSecret, request, in: .secrets, options).data
    }

    func getBulkSecret(
        store: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: [String: String]] {
        try check(store, "secret store")
        var request = Dapr_Proto_Runtime_V1_GetBulkSecretRequest()
        request.storeName = store
        request.metadata = metadata
        let response = try await call(RPCs.getBulkSecret, request, in: .secrets, options)
        return response.data.mapValues(\.secrets)
    }
}
