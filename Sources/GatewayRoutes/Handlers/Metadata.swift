import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

/// `/v1/metadata` and `/healthz`.
enum MetadataRoutes {
    static let routes = [
        Route(
            .only(.get), "/v1/metadata", query: .known([.timeout]),
            summary: "what the sidecar says about itself", example: "URL/v1/metadata",
            documentation: RouteDocumentation(
                .sidecar, answers: [.json("the metadata", .sidecarMetadata)]),
            handler: .deferred(get)),
        Route(
            .only(.put), "/v1/metadata/{key}", query: .known([.timeout]), body: .buffer,
            summary: "sets an attribute of the sidecar, where the configuration allows it",
            example: "-X PUT -d blue URL/v1/metadata/colour",
            documentation: RouteDocumentation(
                .sidecar, path: [.key("colour", "the name of the attribute")],
                content: .text(example: "blue"), answers: [.noContent("set")]),
            handler: .deferred(set)),
        Route(
            .only(.get), "/healthz", summary: "readiness in one word", example: "URL/healthz",
            documentation: RouteDocumentation(
                .gateway,
                answers: [.ok("ready", [.text(example: "ready\n")], fields: [.cacheControl])],
                problems: [.sidecarUnavailable]),
            handler: .immediate(health)),
    ]

    @Sendable
    private static func get(_ context: RequestContext) async throws(GatewayError) -> Response {
        let metadata = try await context.call { dapr, options throws(DaprError) in
            try await dapr.getMetadata(options: options)
        }
        let components = metadata.components.map { component -> JSONValue in
            [
                "name": .string(component.name), "type": .string(component.type),
                "version": .string(component.version),
                "capabilities": .array(component.capabilities.map(JSONValue.string)),
            ]
        }
        let document: JSONValue = [
            "id": .string(metadata.id), "runtimeVersion": .string(metadata.runtimeVersion),
            // They come in random order.
            "enabledFeatures": .array(metadata.enabledFeatures.sorted().map(JSONValue.string)),
            "components": .array(components), "extended": .object(sorted: metadata.extended),
        ]
        return Response(
            .ok, fields: [.contentType: ContentType.json], body: .bytes(document.serialized()))
    }

    @Sendable
    private static func set(_ context: RequestContext) async throws(GatewayError) -> Response {
        guard context.settings.allowsMetadataSet else {
            throw GatewayError(
                .forbidden, "setting metadata needs 'metadata.allowSet' in the configuration")
        }
        let key = try context.parameter("key")
        try Names.checkKey(key)
        guard let value = String(validating: context.content[...]) else {
            throw GatewayError(.invalidBody, "the body is not UTF-8")
        }
        try await context.call { dapr, options throws(DaprError) in
            try await dapr.setMetadata(key: key, value: value, options: options)
        }
        return Response(.noContent)
    }

    @Sendable
    private static func health(_ context: RequestContext) throws(GatewayError) -> Response {
        guard context.isReady else {
            throw GatewayError(.sidecarUnavailable, "not ready")
        }
        return ready
    }

    private static let ready = Response(
        .ok, fields: [.contentType: ContentType.text, .cacheControl: "no-store"],
        body: .bytes(Array("ready\n".utf8)))
}

extension Schema {
    fileprivate static let sidecarMetadata = named(
        "SidecarMetadata",
        .object(
            .required("id", .string), .required("runtimeVersion", .string),
            .required("enabledFeatures", .list(of: .string)),
            .required("components", .list(of: component)),
            .required("extended", .map(of: .string))))

    private static let component = named(
        "Component",
        .object(
            .required("name", .string), .required("type", .string), .required("version", .string),
            .required("capabilities", .list(of: .string))))
}
