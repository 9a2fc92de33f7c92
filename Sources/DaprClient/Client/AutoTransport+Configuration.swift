// Configuration and locks are the same over both APIs, but only gRPC has streams.
extension AutoTransport {
    func getConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: ConfigurationItem] {
        try await grpc.getConfiguration(
            store: store, keys: keys, metadata: metadata, options: options)
    }

    func subscribeConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> ConfigurationStream {
        try await grpc.subscribeConfiguration(
            store: store, keys: keys, metadata: metadata, options: options)
    }

    func unsubscribeConfiguration(
        store: String, id: String, options: CallOptions
    ) async throws(DaprError) {
        try await grpc.unsubscribeConfiguration(store: store, id: id, options: options)
    }

    func tryLock(
        store: String, resource: String, owner: String, expiry: Duration, options: CallOptions
    ) async throws(DaprError) -> Bool {
        try await grpc.tryLock(
            store: store, resource: resource, owner: owner, expiry: expiry, options: options)
    }

    func unlock(
        store: String, resource: String, owner: String, options: CallOptions
    ) async throws(DaprError) -> UnlockResult {
        try await grpc.unlock(store: store, resource: resource, owner: owner, options: options)
    }
}
