/// Both APIs as one: gRPC where it has the feature and keeps the bytes, HTTP for invocation (any
/// verb, whole error contents, streams) and for health (gRPC has no such service).
struct AutoTransport: DaprAPI {
    let grpc: GRPCTransport
    let http: HTTPTransport

    func getState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> StateValue? {
        try await grpc.getState(
            store: store, key: key, consistency: consistency, metadata: metadata, options: options)
    }

    func saveState(
        store: String, items: [StateItem], options: CallOptions
    ) async throws(DaprError) {
        try await grpc.saveState(store: store, items: items, options: options)
    }

    func deleteState(
        store: String, key: String, etag: ETag?, stateOptions: StateOptions,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
        try await grpc.deleteState(
            store: store, key: key, etag: etag, stateOptions: stateOptions, metadata: metadata,
            options: options)
    }

    func getBulkState(
        store: String, keys: [String], parallelism: Int, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [BulkStateItem] {
        try await grpc.getBulkState(
            store: store, keys: keys, parallelism: parallelism, metadata: metadata,
            options: options)
    }

    func executeStateTransaction(
        store: String, operations: [StateOperation], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) {
        try await grpc.executeStateTransaction(
            store: store, operations: operations, metadata: metadata, options: options)
    }

    func publishEvent(
        pubsub: String, topic: String, data: [UInt8], contentType: String?,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
        try await grpc.publishEvent(
            pubsub: pubsub, topic: topic, data: data, contentType: contentType, metadata: metadata,
            options: options)
    }

    func invoke(
        _ request: InvokeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse {
        try await http.invoke(request, options: options)
    }

    func getSecret(
        store: String, name: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: String] {
        try await grpc.getSecret(store: store, name: name, metadata: metadata, options: options)
    }

    func getBulkSecret(
        store: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: [String: String]] {
        try await grpc.getBulkSecret(store: store, metadata: metadata, options: options)
    }

    func getMetadata(options: CallOptions) async throws(DaprError) -> SidecarMetadata {
        try await grpc.getMetadata(options: options)
    }

    func setMetadata(
        key: String, value: String, options: CallOptions
    ) async throws(DaprError) {
        try await grpc.setMetadata(key: key, value: value, options: options)
    }

    func checkHealth(outbound: Bool, options: CallOptions) async throws(DaprError) {
        try await http.checkHealth(outbound: outbound, options: options)
    }
}
