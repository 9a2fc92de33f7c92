import DaprProtos
import SwiftProtobuf

extension RPCs {
    static let bulkPublish = RPC<
        Dapr_Proto_Runtime_V1_BulkPublishRequest, Dapr_Proto_Runtime_V1_BulkPublishResponse
    >("BulkPublishEvent")
}

extension GRPCTransport {
    func bulkPublish(
        pubsub: String, topic: String, entries: [BulkPublishEntry], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BulkPublishResult {
        try check(pubsub, "component")
        try check(topic, "topic")
        let ids = try BulkPublishResult.identifiers(for: entries)
        var request = Dapr_Proto_Runtime_V1_BulkPublishRequest()
        request.pubsubName = pubsub
        request.topic = topic
        request.metadata = metadata
        for (id, entry) in zip(ids, entries) {
            try settings.check(body: entry.data.count)
            var message = Dapr_Proto_Runtime_V1_BulkPublishRequestEntry()
            message.entryID = id
            message.event = entry.data.data
            message.contentType = entry.contentType
            message.metadata = entry.metadata
            request.entries.append(message)
        }
        do throws(DaprError) {
            let response = try await call(RPCs.bulkPublish, request, in: .publish, options)
            return try BulkPublishResult(
                of: ids, failures: response.failedEntries.map { ($0.entryID, $0.error) })
        } catch  where error.code == "DAPR_PUBSUB_PUBLISH_MESSAGE" {
            // The broker took some, all or none; the status has no room for which.
            return try BulkPublishResult(of: ids, failures: [], error: error)
        }
    }
}
