import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

/// `/v1/secrets/{store}`.
enum SecretRoutes {
    static let routes = [
        Route(
            .only(.get), "/v1/secrets/{store}/{name...}", query: .known([.timeout, .metadata]),
            summary: "a secret: its value, or an object when it has several",
            example: "URL/v1/secrets/-/db-password",
            documentation: RouteDocumentation(
                .secrets, path: [.store, .key("db-password", "the name of a secret")],
                answers: [
                    .ok(
                        "the value, or an object of values",
                        [.text(), .json(.map(of: .string), example: #"{"db-password":"..."}"#)],
                        fields: [.cacheControl])
                ], problems: [.notFound, .secretStoreFailed]), handler: .deferred(get)),
        Route(
            .only(.get), "/v1/secrets/{store}", query: .known([.timeout, .metadata]),
            summary: "all secrets, where the configuration allows it",
            example: "URL/v1/secrets/-",
            documentation: RouteDocumentation(
                .secrets, path: [.store],
                answers: [
                    .json(
                        "each secret with its values", .map(of: .map(of: .string)),
                        fields: [.cacheControl])
                ]), handler: .deferred(getAll)),
    ]

    @Sendable
    private static func get(_ context: RequestContext) async throws(GatewayError) -> Response {
        let store = try context.component("store", default: \.secrets)
        let name = try context.parameter("name")
        guard !name.isEmpty else { throw GatewayError(.invalidKey, "the secret's name is empty") }
        try Names.checkSegments(name, .invalidKey, "the secret's name")
        let values = try await read(name, from: store, context)
        if values.count == 1, let value = values.first?.value, !asksForJSON(context.request) {
            return answer(ContentType.text, Array(value.utf8))
        }
        var writer = JSONWriter()
        writer.value(.object(sorted: values))
        return answer(ContentType.json, writer.bytes)
    }

    @Sendable
    private static func getAll(_ context: RequestContext) async throws(GatewayError) -> Response {
        guard context.settings.allowsBulkSecrets else {
            throw GatewayError(
                .forbidden, "reading all secrets needs 'secrets.allowBulk' in the configuration")
        }
        let store = try context.component("store", default: \.secrets)
        let secrets = try await context.call { dapr, options throws(DaprError) in
            try await dapr.getBulkSecret(
                store: store, metadata: context.query.metadata, options: options)
        }
        var writer = JSONWriter()
        writer.beginObject()
        for (name, values) in secrets.sorted(by: { $0.key < $1.key }) {
            writer.key(name)
            writer.value(.object(sorted: values))
        }
        writer.endObject()
        return answer(ContentType.json, writer.bytes)
    }

    private static func answer(_ contentType: String, _ content: [UInt8]) -> Response {
        Response(
            .ok, fields: [.contentType: contentType, .cacheControl: "no-store"],
            body: .bytes(content))
    }

    private static func asksForJSON(_ request: Request) -> Bool {
        listElements(request.fields.values(of: .accept)).contains {
            ContentType.essence(String($0)) == ContentType.json
        }
    }

    // MARK: - Missing, or failed?

    /// Reads a secret. Dapr has no answer that means "missing", so that has to be recognised.
    private static func read(
        _ name: String, from store: String, _ context: RequestContext
    ) async throws(GatewayError) -> [String: String] {
        let values: [String: String]
        do throws(DaprError) {
            values = try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.getSecret(
                    store: store, name: name, metadata: context.query.metadata, options: options)
            }
        } catch {
            throw await explain(error, reading: name, from: store, context)
        }
        // The store of environment variables has an empty value for every name that is not set.
        if values.isEmpty { throw missing(name, store, nil) }
        if values.values.allSatisfy(\.isEmpty),
            try await context.componentType(of: store) == "secretstores.local.env"
        {
            throw missing(name, store, nil)
        }
        return values
    }

    private static func explain(
        _ error: DaprError, reading name: String, from store: String, _ context: RequestContext
    ) async -> GatewayError {
        switch error.kind {
        case .componentFailed, .notFound, .unknown: break
        default: return context.failure(error)
        }
        if error.message.hasSuffix("not found") {
            let type: String?
            do throws(GatewayError) {
                type = try await context.componentType(of: store)
            } catch {
                type = nil
            }
            if let type, saysWhenMissing(type) { return missing(name, store, error) }
        }
        return GatewayError(.secretStoreFailed, error.message, cause: error)
    }

    /// Whether "not found" at the end of a message of this type of store means just that.
    private static func saysWhenMissing(_ type: String) -> Bool {
        type.hasPrefix("secretstores.local.") || type == "secretstores.kubernetes"
    }

    private static func missing(_ name: String, _ store: String, _ cause: DaprError?)
        -> GatewayError
    {
        GatewayError(.notFound, "the store '\(store)' has no secret '\(name)'", cause: cause)
    }
}
