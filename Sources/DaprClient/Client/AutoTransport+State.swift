extension AutoTransport {
    func deleteBulkState(
        store: String, items: [StateDeletion], options: CallOptions
    ) async throws(DaprError) {
        try await grpc.deleteBulkState(store: store, items: items, options: options)
    }

    func queryState(
        store: String, query: [UInt8], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> StateQueryResult {
        try await grpc.queryState(store: store, query: query, metadata: metadata, options: options)
    }
}
