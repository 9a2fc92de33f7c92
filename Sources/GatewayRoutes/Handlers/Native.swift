import DaprClient
import HTTPMessage
import HTTPTypes

/// `/v1.0/...` and the prefixes of what is not stable yet: the sidecar's own HTTP API, passed through
/// where the configuration allows it, so that Dapr's SDKs work against the gateway.
enum NativeRoutes {
    static let routes = [
        route("v1.0", example: "URL/v1.0/metadata"),
        route("v1.0-alpha1", example: "'URL/v1.0-alpha1/configuration/configstore?key=greeting'"),
        route(
            "v1.0-alpha2",
            example: #"-d '{"inputs":[]}' URL/v1.0-alpha2/conversation/conversation/converse"#),
        route("v1.0-beta1", example: "URL/v1.0-beta1/workflows/dapr/17"),
    ]

    private static func route(_ version: String, example: String) -> Route {
        Route(
            .any, "/\(version)/{path...}", query: .passedOn, body: .stream,
            summary: "the sidecar's own HTTP API, passed through", example: example,
            handler: .deferred { context async throws(GatewayError) in
                try await answer(context, version: version)
            })
    }

    private static func answer(
        _ context: RequestContext, version: String
    ) async throws(GatewayError) -> Response {
        let raw = context.rawParameter("path")
        let call = try NativeCall(raw, method: context.request.method)
        try permit(call, context.settings)
        // Where a cache has secrets and configuration, it answers `.secret` and `.configuration`
        // here, in the sidecar's own form; everything else is never cached.
        return try await pass(
            call, to: "/\(version)/" + String(decoding: raw, as: UTF8.self), context)
    }

    /// Refuses what no caller may do, and what the configuration does not let them do.
    private static func permit(
        _ call: NativeCall, _ settings: FacadeSettings
    ) throws(GatewayError) {
        switch call.target {
        case .shutdown:
            throw GatewayError(.forbidden, "nobody shuts the sidecar down through the gateway")
        case .setMetadata where !settings.allowsMetadataSet:
            throw GatewayError(
                .forbidden, "setting metadata needs 'metadata.allowSet' in the configuration")
        case .bulkSecrets where !settings.allowsBulkSecrets:
            throw GatewayError(
                .forbidden, "reading all secrets needs 'secrets.allowBulk' in the configuration")
        default: return
        }
    }

    private static func pass(
        _ call: NativeCall, to path: String, _ context: RequestContext
    ) async throws(GatewayError) -> Response {
        let request = context.request
        let forwarded = ForwardedFields(
            request.fields, requestID: context.id, allowing: call.ownFields)
        context.droppedFields = forwarded.dropped
        var fields = forwarded.fields
        // The sidecar has no use for credentials but to re-route a call; an app may have.
        if call.target != .invocation { fields[.authorization] = nil }
        let native = NativeRequest(
            verb: request.method, path: path,
            query: request.target.query.map { String(decoding: $0, as: UTF8.self) },
            fields: fields, body: DaprBody(request.body), isRead: call.isRead)
        let answer = try await context.call { dapr, options throws(DaprError) in
            try await dapr.callNative(native, options: options)
        }
        return Response(passing: answer)
    }
}
