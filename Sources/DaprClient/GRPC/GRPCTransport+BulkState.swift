import DaprProtos
import SwiftProtobuf

extension RPCs {
    static let deleteBulkState = RPC<Dapr_Proto_Runtime_V1_DeleteBulkStateRequest, Empty>(
        "DeleteBulkState")
    static let queryState = RPC<
        Dapr_Proto_Runtime_V1_QueryStateRequest, Dapr_Proto_Runtime_V1_QueryStateResponse
    >("QueryStateAlpha1")
}

extension GRPCTransport {
    func deleteBulkState(
        store: String, items: [StateDeletion], options: CallOptions
    ) async throws(DaprError) {
        try check(store, "state store")
        for item in items { try StateKey.check(item.key) }
        var request = Dapr_Proto_Runtime_V1_DeleteBulkStateRequest()
        request.storeName = store
        request.states = items.map(Dapr_Proto_Common_V1_StateItem.init)
        _ = try await call(RPCs.deleteBulkState, request, in: .state, options)
    }

    func queryState(
        store: String, query: [UInt8], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> StateQueryResult {
        try check(store, "state store")
        guard let text = String(validating: query, as: UTF8.self) else {
            throw DaprError(.invalidArgument, "the query is not UTF-8", isUnprocessed: true)
        }
        var request = Dapr_Proto_Runtime_V1_QueryStateRequest()
        request.storeName = store
        request.query = text
        request.metadata = metadata
        let response = try await call(RPCs.queryState, request, in: .state, options)
        return StateQueryResult(
            items: response.results.map(BulkStateItem.init),
            token: response.token.isEmpty ? nil : response.token, metadata: response.metadata)
    }
}

extension BulkStateItem {
    fileprivate init(_ item: Dapr_Proto_Runtime_V1_QueryStateItem) {
        self.init(key: item.key)
        if item.error.isEmpty {
            value = StateValue(
                data: item.data.array, etag: item.etag.isEmpty ? nil : ETag(rawValue: item.etag))
        } else {
            error = item.error
        }
    }
}
