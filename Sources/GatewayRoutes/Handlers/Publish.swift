import DaprClient
import HTTPMessage
import HTTPTypes

/// `/v1/publish/{pubsub}/{topic...}`.
enum PublishRoutes {
    static let routes = [
        Route(
            .only(.post), "/v1/publish/{pubsub}/{topic...}",
            query: .known([.raw, .contentType, .ttl, .timeout, .metadata]), body: .buffer,
            summary: "publishes the body as one event",
            example: #"-d '{"id":17}' URL/v1/publish/-/orders"#,
            documentation: RouteDocumentation(
                .publish, path: [.pubsub, .text("orders", "a topic")], fields: RequestField.event,
                content: .value(), answers: [.noContent("published")]), handler: .deferred(publish))
    ]

    @Sendable
    private static func publish(_ context: RequestContext) async throws(GatewayError) -> Response {
        let pubsub = try context.component("pubsub", default: \.pubsub)
        let topic = try context.parameter("topic")
        guard !topic.isEmpty else { throw GatewayError(.invalidPath, "the topic is empty") }
        try Names.checkSegments(topic, .invalidPath, "the topic")
        let contentType = try contentType(context)
        let metadata = try metadata(context)
        try await context.call { dapr, options throws(DaprError) in
            try await dapr.publishEvent(
                pubsub: pubsub, topic: topic, data: context.content, contentType: contentType,
                metadata: metadata, options: options)
        }
        return Response(.noContent)
    }

    /// What the query says, else what the request says, else what the content looks like. A form is
    /// what `curl -d` calls everything unasked, so it counts as nothing said.
    private static func contentType(_ context: RequestContext) throws(GatewayError) -> String {
        if let asked = try context.query.value("contentType"), !asked.isEmpty { return asked }
        guard let said = context.request.fields[.contentType],
            ContentType.essence(said) != "application/x-www-form-urlencoded"
        else { return ContentType.sniffed(context.content) }
        guard ContentType.essence(said) != "application/x-ndjson" else {
            throw GatewayError(
                .notSupported, "publishing several events at once is not supported yet")
        }
        return said
    }

    private static func metadata(
        _ context: RequestContext
    ) throws(GatewayError) -> [String: String] {
        var metadata = context.query.metadata
        if try context.query.flag("raw") { metadata["rawPayload"] = "true" }
        if let ttl = try context.ttl() { metadata[ttlMetadata] = ttl }
        try addEventAttributes(context.request.fields, to: &metadata)
        return metadata
    }

    /// CloudEvents in binary mode (CloudEvents HTTP binding 1.0, section 3.1): the attributes that
    /// the sidecar lets a publisher set.
    private static func addEventAttributes(
        _ fields: FieldBlock, to metadata: inout [String: String]
    ) throws(GatewayError) {
        for field in fields where field.name.utf8.count > 3 {
            let name = field.name.lowercased()
            guard name.hasPrefix("ce-") else { continue }
            let attribute = name.dropFirst(3)
            switch attribute {
            case "id", "source", "type", "subject", "traceid", "traceparent", "tracestate":
                metadata["cloudevent.\(attribute)"] = try decoded(field.value, of: name)
            case "specversion" where field.value == "1.0": break
            default:
                throw GatewayError(
                    .invalidHeader, "'\(name): \(field.value)' cannot be set through the sidecar")
            }
        }
    }

    private static func decoded(_ value: String, of name: String) throws(GatewayError) -> String {
        do throws(PercentEncoding.Defect) {
            return try PercentEncoding.decode(Array(value.utf8)[...])
        } catch {
            throw GatewayError(.invalidHeader, "'\(name)' \(error.explanation)")
        }
    }
}

extension QueryParameter {
    fileprivate static let raw = QueryParameter(
        name: "raw", summary: "true publishes without a CloudEvent envelope", value: .flag)
    fileprivate static let contentType = QueryParameter(
        name: "contentType", summary: "the media type of the event, whatever the request says",
        value: .text(example: "application/json"))
}
