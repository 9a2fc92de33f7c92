import HTTPMessage
import HTTPTypes
import JSON

extension StateBlock {
    var httpRoutes: [HTTPRoute] {
        let writing = ["POST", "PUT"]
        return [
            route(["GET"], "/v1.0/state/{store}/{key}", readsBody: false, StateBlock.get),
            route(["DELETE"], "/v1.0/state/{store}/{key}", readsBody: false, StateBlock.delete),
            route(writing, "/v1.0/state/{store}", StateBlock.save),
            route(writing, "/v1.0/state/{store}/bulk", StateBlock.bulkGet),
            route(writing, "/v1.0/state/{store}/transaction", StateBlock.transaction),
            route(writing, "/v1.0-alpha1/state/{store}/query", StateBlock.query),
        ]
    }

    private func route(
        _ methods: [String], _ pattern: String, readsBody: Bool = true,
        _ answer:
            @escaping (StateBlock) -> (SidecarRequest) throws(SidecarError) -> SidecarResponse
    ) -> HTTPRoute {
        HTTPRoute(
            methods, pattern, readsBody: readsBody,
            .immediate { [self] request in
                do throws(SidecarError) {
                    return try answer(self)(request)
                } catch {
                    return error.response
                }
            })
    }

    private func get(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        let store = try store(request.parameters[0])
        let key = try storedKey(request.parameters[1], in: store)
        guard let entry = store.content.entry(key), !entry.data.isEmpty else {
            return .noContent
        }
        var response = SidecarResponse.json(entry.data)
        response.fields.append(SidecarResponse.Field(name: "etag", value: entry.etag))
        if let expiry = Self.expiryText(entry) {
            response.fields.append(
                SidecarResponse.Field(name: "metadata.ttlexpiretime", value: expiry))
        }
        return response
    }

    private func delete(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        let store = try store(request.parameters[0])
        let key = request.parameters[1]
        let write = StateWrite(
            key: try storedKey(key, in: store), kind: .delete, etag: request.fields[.ifMatch],
            concurrency: request.queryValue("concurrency") ?? "",
            consistency: request.queryValue("consistency") ?? "")
        try perform([write], in: store, purpose: Self.deletePurpose(key))
        return .noContent
    }

    private func save(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        let store = try store(request.parameters[0])
        let decoded: (items: [StateItem], unreadCount: Int)
        do throws(GoJSONFault) {
            let body = try GoJSONBody(request)
            decoded = (try StateItem.list(body.value), body.unreadCount)
        } catch {
            throw .malformed(error.text)
        }
        let metadata = request.queryMetadata
        var writes: [StateWrite] = []
        for item in decoded.items {
            guard !item.key.isEmpty else { throw .malformed("\"key\" is a required field") }
            writes.append(
                item.write(
                    key: try storedKey(item.key, in: store),
                    ttl: metadata["ttlInSeconds"] ?? item.metadata["ttlInSeconds"]))
        }
        if !writes.isEmpty {
            try perform(writes, in: store, purpose: Self.savePurpose(store))
        }
        var response = SidecarResponse.noContent
        response.closes = decoded.unreadCount > 256 << 10
        return response
    }

    private func bulkGet(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        let store = try store(request.parameters[0])
        let keys: [String]
        do throws(GoJSONFault) {
            let body = try GoStruct(
                try GoJSONBody(request).value, name: "BulkGetRequest",
                fullName: "http.BulkGetRequest")
            _ = try body.stringMap("metadata")
            keys = try body.strings("keys")
        } catch {
            throw .malformed("failed deserializing HTTP body: " + error.text)
        }
        var writer = JSONWriter(options: .go)
        writer.beginArray()
        for key in keys {
            let entry = store.content.entry(try storedKey(key, in: store))
            do throws(JSONError) {
                try Self.write(key, entry, to: &writer)
            } catch {
                // daprd fails to encode its answer and sends what it has: nothing.
                var response = SidecarResponse.json([])
                response.isTraced = false
                return response
            }
        }
        writer.endArray()
        return .json(writer.bytes + [UInt8(ascii: "\n")])
    }

    private static func write(
        _ key: String, _ entry: InMemoryStateStore.Entry?, to writer: inout JSONWriter
    ) throws(JSONError) {
        writer.beginObject()
        writer.member("key", key)
        if let entry {
            if !entry.data.isEmpty {
                writer.key("data")
                writer.raw(try compactJSON(entry.data, escapeHTML: true))
            }
            writer.member("etag", entry.etag)
            if let expiry = expiryText(entry) {
                writer.key("metadata")
                writer.value(["ttlExpireTime": .string(expiry)])
            }
        }
        writer.endObject()
    }

    private func transaction(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        let store = try store(request.parameters[0])
        let operations: [StateOperation]
        do throws(GoJSONFault) {
            operations = try StateOperation.list(try GoJSONBody(request).value)
        } catch {
            throw .malformed("failed deserializing HTTP body: " + error.text)
        }
        var writes: [StateWrite] = []
        for operation in operations {
            let item: StateItem
            do throws(GoJSONFault) {
                item = try operation.item()
            } catch {
                throw .malformed("failed deserializing HTTP body: " + error.text)
            }
            let key = try storedKey(item.key, in: store)
            switch operation.name {
            case "upsert":
                writes.append(item.write(key: key, ttl: item.metadata["ttlInSeconds"]))
            case "delete":
                var write = item.write(key: key, ttl: nil)
                write.kind = .delete
                writes.append(write)
            default: throw Self.unsupportedOperation(operation.name)
            }
        }
        try transact(writes, in: store)
        return .noContent
    }

    private func query(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        if let reason = request.bodyError { throw .unreadableBody(reason) }
        let result = try query(request.parameters[0], request.body)
        guard !result.items.isEmpty else { return .noContent }
        var writer = JSONWriter(options: .go)
        writer.beginObject()
        writer.key("results")
        writer.beginArray()
        for (key, entry) in result.items {
            writer.beginObject()
            writer.member("key", key)
            writer.key("data")
            // Only documents are found, so it is JSON.
            writer.raw((try? compactJSON(entry.data, escapeHTML: true)) ?? entry.data)
            writer.member("etag", entry.etag)
            writer.endObject()
        }
        writer.endArray()
        if !result.token.isEmpty { writer.member("token", result.token) }
        writer.endObject()
        return .json(writer.bytes + [UInt8(ascii: "\n")])
    }
}
