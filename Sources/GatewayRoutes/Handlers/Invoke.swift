import DaprClient
import HTTPMessage
import HTTPTypes

/// `/v1/invoke/{app}/{path...}`: service invocation, passed through in both directions.
enum InvokeRoutes {
    static let routes = [
        Route(
            .any, "/v1/invoke/{app}/{path...}", query: .passedOn, body: .stream,
            summary: "calls another app; method, query, headers and body pass through",
            example: "-d hello URL/v1/invoke/echo/some/path?x=1",
            documentation: RouteDocumentation(
                .invoke, path: [.app, .text("some/path", "the path in the app")],
                content: .any(
                    [.text(example: "hello"), .json(.anything), .bytes], example: "hello"),
                answers: [.anything], problems: [.appUnreachable]), handler: .deferred(invoke))
    ]

    @Sendable
    private static func invoke(_ context: RequestContext) async throws(GatewayError) -> Response {
        let app = try context.parameter("app")
        // What is no name could be a URL, and the sidecar would call it.
        try Names.checkComponent(app, of: "app")
        let request = context.request
        let forwarded = ForwardedFields(request.fields, requestID: context.id)
        context.droppedFields = forwarded.dropped
        let call = InvokeRequest(
            appID: app, verb: request.method, method: try path(context),
            query: request.target.query.map { String(decoding: $0, as: UTF8.self) },
            fields: forwarded.fields, body: DaprBody(request.body))
        do throws(DaprError) {
            let answer = try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.invoke(call, options: options)
            }
            var fields = answer.fields
            // Every response has these from us.
            fields[.xRequestID] = nil
            fields[.xContentTypeOptions] = nil
            return Response(answer.status, fields: fields, body: Body(answer.body))
        } catch {
            throw explain(error, calling: app, context)
        }
    }

    /// The path for the app, still encoded as it came; refused where the sidecar would resolve or
    /// misread what it stands for.
    private static func path(_ context: RequestContext) throws(GatewayError) -> String {
        let decoded = try context.parameter("path")
        try Names.checkSegments(decoded, .invalidPath, "the path")
        let isForbidden = decoded.utf8.contains { byte in
            byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
        }
        guard !isForbidden else {
            throw GatewayError(
                .invalidPath, "the path has a control character, '?' or '#', which no sidecar takes"
            )
        }
        return String(decoding: context.rawParameter("path"), as: UTF8.self)
    }

    private static func explain(
        _ error: DaprError, calling app: String, _ context: RequestContext
    ) -> GatewayError {
        switch error.kind {
        case .noSuchComponent, .notFound:
            GatewayError(.noSuchApp, "the sidecar knows no app '\(app)'", cause: error)
        case .componentFailed, .unknown:
            GatewayError(.appUnreachable, error.message, cause: error)
        default: context.failure(error)
        }
    }
}

extension DaprBody {
    fileprivate init(_ body: Body) {
        switch body {
        case .empty: self = .empty
        case .bytes(let bytes): self = .bytes(bytes)
        case .stream(let stream): self = .stream(length: stream.length) { try await stream.next() }
        }
    }
}

extension Body {
    fileprivate init(_ body: DaprBody) {
        switch body {
        case .empty: self = .empty
        case .bytes(let bytes): self = .bytes(bytes)
        case .stream(let length, let next): self = .stream(BodyStream(length: length, read: next))
        }
    }
}
