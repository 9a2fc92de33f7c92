import DaprProtos

// Publish, secrets and the sidecar itself: little more than the messages' fields.
extension GRPCTransport: DaprAPI {
    func publishEvent(
        pubsub: String, topic: String, data: [UInt8], contentType: String?,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
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
        var request = Dapr_Proto_Runtime_V1_GetSecretRequest()
        request.storeName = store
        request.key = name
        request.metadata = metadata
        return try await call(RPCs.getSecret, request, in: .secrets, options).data
    }

    func getBulkSecret(
        store: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: [String: String]] {
        var request = Dapr_Proto_Runtime_V1_GetBulkSecretRequest()
        request.storeName = store
        request.metadata = metadata
        let response = try await call(RPCs.getBulkSecret, request, in: .secrets, options)
        return response.data.mapValues(\.secrets)
    }

    func getMetadata(options: CallOptions) async throws(DaprError) -> SidecarMetadata {
        let request = Dapr_Proto_Runtime_V1_GetMetadataRequest()
        let response = try await call(RPCs.getMetadata, request, in: .metadata, options)
        return SidecarMetadata(
            id: response.id, runtimeVersion: response.runtimeVersion,
            enabledFeatures: response.enabledFeatures,
            components: response.registeredComponents.map {
                SidecarMetadata.Component(
                    name: $0.name, type: $0.type, version: $0.version,
                    capabilities: $0.capabilities)
            },
            extended: response.extendedMetadata)
    }

    func setMetadata(
        key: String, value: String, options: CallOptions
    ) async throws(DaprError) {
        var request = Dapr_Proto_Runtime_V1_SetMetadataRequest()
        request.key = key
        request.value = value
        _ = try await call(RPCs.setMetadata, request, in: .metadata, options)
    }

    /// The gRPC API has no health service, so this asks for the metadata.
    func checkHealth(outbound: Bool, options: CallOptions) async throws(DaprError) {
        let message = try Self.frame(Dapr_Proto_Runtime_V1_GetMetadataRequest())
        _ = try await exchange(RPCs.getMetadata, message, .health, options, isProbe: true)
    }
}
