import HTTP2
import JSON

extension HTTPTransport {
    func getBulkState(
        store: String, keys: [String], parallelism: Int, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [BulkStateItem] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("keys")
        writer.beginArray()
        for key in keys {
            try StateKey.check(key)
            writer.string(key)
        }
        writer.endArray()
        writer.key("parallelism")
        writer.int(parallelism)
        writer.endObject()
        var path = RequestPath("state", store, "bulk")
        path.append(metadata: metadata)
        let response = try await post(path, writer, isRead: true, options)
        guard !response.body.isEmpty else {
            // What the sidecar answers when one of the values is not JSON.
            return try await getEach(
                store: store, keys: keys, metadata: metadata, options: options)
        }
        let document = try Self.json(response)
        guard document.root.kind == .array else {
            throw DaprError(.malformedResponse, "the sidecar's answer is no list of values")
        }
        return try StateKey.ordered(document.root.elements.map(BulkStateItem.init), by: keys)
    }

    /// Reads values one by one; the store's failures belong to their keys.
    private func getEach(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [BulkStateItem] {
        var items: [BulkStateItem] = []
        for key in keys {
            var item = BulkStateItem(key: key)
            do throws(DaprError) {
                item.value = try await getState(
                    store: store, key: key, consistency: nil, metadata: metadata,
                    options: options)
            } catch  where error.kind == .componentFailed {
                item.error = error.message
            }
            items.append(item)
        }
        return items
    }
}

extension BulkStateItem {
    /// Reads one item; its value is the text that stands in the answer.
    init(_ node: JSONNode) {
        self.init(key: node["key"]?.stringValue ?? "")
        if let error = node["error"]?.stringValue, !error.isEmpty {
            self.error = error
            return
        }
        let etag = node["etag"]?.stringValue.flatMap { $0.isEmpty ? nil : ETag(rawValue: $0) }
        let data = node["data"].map { Array($0.text) }
        guard data != nil || etag != nil else { return }
        value = StateValue(data: data ?? [], etag: etag, metadata: node["metadata"]?.texts ?? [:])
    }
}

extension JSONNode {
    /// The members of an object that are strings.
    var texts: [String: String] {
        var texts: [String: String] = [:]
        for member in members { texts[member.key] = member.value.stringValue }
        return texts
    }
}
