import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

// `/v1/state/{store}`: several keys at once.
extension StateRoutes {
    @Sendable
    static func getBulk(_ context: RequestContext) async throws(GatewayError) -> Response {
        let store = try context.component("store", default: \.state)
        var keys: [String] = []
        // Keys are bytes: two that Unicode calls equivalent are two.
        var seen: Set<[UInt8]> = []
        for key in context.query.values("key") where seen.insert(Array(key.utf8)).inserted {
            try Names.checkKey(key)
            keys.append(key)
        }
        guard !keys.isEmpty else {
            throw GatewayError(.invalidParameter, "'key' is given at least once: ?key=a&key=b")
        }
        let asked = keys
        let items = try await context.call { dapr, options throws(DaprError) in
            try await dapr.getBulkState(
                store: store, keys: asked, parallelism: 0, metadata: context.query.metadata,
                options: options)
        }
        var writer = JSONWriter()
        writer.beginObject()
        for item in items {
            writer.key(item.key)
            writer.bulkItem(item)
        }
        writer.endObject()
        return Response(
            .ok, fields: [.contentType: ContentType.json], body: .bytes(writer.bytes))
    }

    @Sendable
    static func transact(_ context: RequestContext) async throws(GatewayError) -> Response {
        let store = try context.component("store", default: \.state)
        let operations = try Self.operations(context.content)
        let metadata = context.query.metadata
        do throws(DaprError) {
            try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.executeStateTransaction(
                    store: store, operations: operations, metadata: metadata, options: options)
            }
        } catch {
            throw await explain(error, writing: operations, to: store, context)
        }
        return Response(.noContent)
    }

    /// What the failure of a transaction means. Sidecars have no status for a conflict in one, so
    /// whatever failed is compared with the versions that were asked for.
    private static func explain(
        _ error: DaprError, writing operations: [StateOperation], to store: String,
        _ context: RequestContext
    ) async -> GatewayError {
        let versions = operations.compactMap(\.version)
        let mayBeConflict =
            error.kind == .conflict || (error.kind == .componentFailed && !versions.isEmpty)
        guard mayBeConflict else { return context.failure(error) }
        let current: [BulkStateItem]
        do throws(GatewayError) {
            current = try await context.call { dapr, options throws(DaprError) in
                try await dapr.getBulkState(
                    store: store, keys: operations.map(\.key), parallelism: 0, metadata: [:],
                    options: options)
            }
        } catch {
            return unreadable(store, error.cause)
        }
        if current.contains(where: { $0.error != nil }) { return unreadable(store, error) }
        let stillHold = versions.allSatisfy { key, etag in
            current.contains { $0.key.utf8.elementsEqual(key.utf8) && $0.value?.etag == etag }
        }
        guard !versions.isEmpty else { return GatewayError(.conflict, error.message, cause: error) }
        guard stillHold else {
            return GatewayError(.preconditionFailed, error.message, cause: error)
        }
        guard error.kind == .conflict else { return context.failure(error) }
        return GatewayError(.outcomeUnknown, error.message, cause: error)
    }

    private static func unreadable(_ store: String, _ cause: DaprError?) -> GatewayError {
        GatewayError(.sidecarUnavailable, "the store '\(store)' does not answer", cause: cause)
    }
}

extension Schema {
    /// What a bulk read says about one key.
    static let bulkItem = named(
        "StateItem",
        .either(
            .null, .object(.required("value", .anything), .optional("etag", .string)),
            .object(.required("base64", .base64), .optional("etag", .string)),
            .object(.required("error", .string))))
}

extension StateOperation {
    fileprivate var key: String {
        switch self {
        case .upsert(let item): item.key
        case .delete(let item): item.key
        }
    }

    fileprivate var version: (key: String, etag: ETag)? {
        switch self {
        case .upsert(let item): item.etag.map { (item.key, $0) }
        case .delete(let item): item.etag.map { (item.key, $0) }
        }
    }
}

extension JSONWriter {
    /// A stored JSON text stands verbatim under `value`, anything else as `base64`.
    fileprivate mutating func bulkItem(_ item: BulkStateItem) {
        guard let value = item.value else {
            guard let error = item.error else { return null() }
            beginObject()
            key("error")
            string(error)
            return endObject()
        }
        beginObject()
        if isValidJSON(value.data) {
            key("value")
            raw(value.data)
        } else {
            key("base64")
            string(Base64.encode(value.data))
        }
        if let etag = value.etag {
            key("etag")
            string(etag.rawValue)
        }
        endObject()
    }
}
