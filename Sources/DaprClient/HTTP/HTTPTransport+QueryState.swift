import HTTP2
import JSON

extension HTTPTransport {
    func deleteBulkState(
        store: String, items: [StateDeletion], options: CallOptions
    ) async throws(DaprError) {
        throw DaprError(
            .notSupported,
            "the HTTP API cannot delete several values at once; the gRPC API can, and a transaction "
                + "can over both", isUnprocessed: true)
    }

    func queryState(
        store: String, query: [UInt8], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> StateQueryResult {
        var path = RequestPath(version: "v1.0-alpha1", "state", store, "query")
        path.append(metadata: metadata)
        let response = try await call(
            "POST", path, body: query, contentType: "application/json", in: .state, options)
        guard response.head.status != 204 else { return StateQueryResult() }
        let root = try Self.json(response).root
        guard let results = root["results"], results.kind == .array else {
            throw DaprError(.malformedResponse, "the sidecar's answer has no list of results")
        }
        let token = root["token"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        return StateQueryResult(
            items: results.elements.map(BulkStateItem.init), token: token,
            metadata: root["metadata"]?.texts ?? [:])
    }
}
