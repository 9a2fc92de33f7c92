import HTTP2
import JSON

extension HTTPTransport {
    func bulkPublish(
        pubsub: String, topic: String, entries: [BulkPublishEntry], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BulkPublishResult {
        let ids = try BulkPublishResult.identifiers(for: entries)
        var writer = JSONWriter()
        writer.beginArray()
        for (id, entry) in zip(ids, entries) {
            try settings.check(body: entry.data.count)
            try writer.write(entry, id: id)
        }
        writer.endArray()
        var path = RequestPath("publish", "bulk", pubsub, topic)
        path.append(metadata: metadata)
        let response = try await attempt(
            "POST", path, body: writer.bytes, contentType: ContentType.json, options)
        if response.isSuccess { return try BulkPublishResult(of: ids, failures: []) }
        let error = DaprError(response, in: .publish)
        guard error.code == "ERR_PUBSUB_PUBLISH_MESSAGE",
            let failures = Self.failedEntries(response.body)
        else { throw error }
        return try BulkPublishResult(of: ids, failures: failures, error: error)
    }

    func subscribe(
        pubsub: String, topic: String, deadLetterTopic: String?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> TopicStream {
        throw DaprError(
            .notSupported,
            "the HTTP API cannot stream events, it brings them to an app; the gRPC API can",
            isUnprocessed: true)
    }

    /// The entries that failed, as the answer lists them; nil when it has no such list.
    private static func failedEntries(_ body: [UInt8]) -> [(id: String, reason: String)]? {
        guard let document = try? JSONDocument(parsing: body, options: .lenient),
            let list = document.root["failedEntries"], list.kind == .array
        else { return nil }
        return list.elements.map { entry in
            (entry["entryId"]?.stringValue ?? "", entry["error"]?.stringValue ?? "")
        }
    }
}

extension JSONWriter {
    /// The content type decides how the content stands in JSON (dapr/http-api.md section 4.3).
    fileprivate mutating func write(
        _ entry: BulkPublishEntry, id: String
    ) throws(DaprError) {
        beginObject()
        key("entryId")
        string(id)
        key("event")
        switch ContentType.essence(entry.contentType) {
        case ContentType.bytes: string(Base64.encode(entry.data))
        case ContentType.json where isValidJSON(entry.data),
            ContentType.cloudEvent where isValidJSON(entry.data):
            raw(entry.data)
        default:
            guard let text = String(validating: entry.data, as: UTF8.self) else {
                throw DaprError(
                    .notSupported,
                    "an event of type '\(entry.contentType)' that is not UTF-8 cannot be published in "
                        + "bulk over the HTTP API, the gRPC API keeps bytes", isUnprocessed: true)
            }
            string(text)
        }
        key("contentType")
        string(entry.contentType)
        if !entry.metadata.isEmpty {
            key("metadata")
            beginObject()
            for (name, value) in entry.metadata {
                key(name)
                string(value)
            }
            endObject()
        }
        endObject()
    }
}
