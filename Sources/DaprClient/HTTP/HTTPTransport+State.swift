import HTTP2
import JSON

extension HTTPTransport {
    func getState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> StateValue? {
        try StateKey.check(key)
        var path = RequestPath("state", store, key)
        if let consistency { path.append(query: "consistency", consistency.rawValue) }
        path.append(metadata: metadata)
        let response = try await call("GET", path, in: .state, options)
        let etag = response.head["etag"].flatMap { $0.isEmpty ? nil : ETag(rawValue: $0) }
        // A missing key is 204; an empty value without an ETag counts as missing on both APIs.
        guard response.head.status != 204, !response.body.isEmpty || etag != nil else {
            return nil
        }
        var value = StateValue(data: response.body, etag: etag)
        for field in response.head where field.name.starts(with: "metadata.".utf8) {
            let name = String(decoding: field.name.dropFirst(9), as: UTF8.self)
            value.metadata[name] = String(decoding: field.value, as: UTF8.self)
        }
        return value
    }

    func saveState(
        store: String, items: [StateItem], options: CallOptions
    ) async throws(DaprError) {
        var writer = JSONWriter()
        writer.beginArray()
        for item in items {
            try settings.check(.upsert(item))
            try writer.write(item)
        }
        writer.endArray()
        _ = try await post(RequestPath("state", store), writer, options)
    }

    func deleteState(
        store: String, key: String, etag: ETag?, stateOptions: StateOptions,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
        try StateKey.check(key)
        var path = RequestPath("state", store, key)
        if let concurrency = stateOptions.concurrency {
            path.append(query: "concurrency", concurrency.rawValue)
        }
        if let consistency = stateOptions.consistency {
            path.append(query: "consistency", consistency.rawValue)
        }
        path.append(metadata: metadata)
        // Sent as it is: the sidecar takes no quotes off.
        let match = etag.map { [("if-match", $0.rawValue)] } ?? []
        _ = try await call("DELETE", path, extra: match, in: .state, options)
    }

    func executeStateTransaction(
        store: String, operations: [StateOperation], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("operations")
        writer.beginArray()
        for operation in operations {
            try settings.check(operation)
            writer.beginObject()
            writer.key("operation")
            switch operation {
            case .upsert(let item):
                writer.string("upsert")
                writer.key("request")
                try writer.write(item)
            case .delete(let item):
                writer.string("delete")
                writer.key("request")
                writer.beginObject()
                writer.key("key")
                writer.string(item.key)
                writer.write(etag: item.etag, metadata: item.metadata)
                writer.write(item.options)
                writer.endObject()
            }
            writer.endObject()
        }
        writer.endArray()
        writer.write(etag: nil, metadata: metadata)
        writer.endObject()
        _ = try await post(RequestPath("state", store, "transaction"), writer, options)
    }

    func post(
        _ path: RequestPath, _ writer: JSONWriter, isRead: Bool = false, _ options: CallOptions
    ) async throws(DaprError) -> ExchangeResponse {
        try await call(
            "POST", path, body: writer.bytes, contentType: "application/json", isRead: isRead,
            in: .state, options)
    }
}

// MARK: - Values as JSON

extension JSONWriter {
    /// One item of a save or transaction. The value's text is taken over as it is.
    fileprivate mutating func write(_ item: StateItem) throws(DaprError) {
        guard isValidJSON(item.value) else {
            throw DaprError(
                .notSupported,
                "the value of '\(item.key)' is not JSON: the HTTP API stores only JSON, "
                    + "the gRPC API keeps bytes", isUnprocessed: true)
        }
        beginObject()
        key("key")
        string(item.key)
        key("value")
        raw(item.value)
        write(etag: item.etag, metadata: item.metadata)
        write(item.options)
        endObject()
    }

    fileprivate mutating func write(_ options: StateOptions) {
        guard options != StateOptions() else { return }
        key("options")
        beginObject()
        if let concurrency = options.concurrency {
            key("concurrency")
            string(concurrency.rawValue)
        }
        if let consistency = options.consistency {
            key("consistency")
            string(consistency.rawValue)
        }
        endObject()
    }

    fileprivate mutating func write(etag: ETag?, metadata: [String: String]) {
        if let etag {
            key("etag")
            string(etag.rawValue)
        }
        guard !metadata.isEmpty else { return }
        key("metadata")
        beginObject()
        for (name, value) in metadata {
            key(name)
            string(value)
        }
        endObject()
    }
}
