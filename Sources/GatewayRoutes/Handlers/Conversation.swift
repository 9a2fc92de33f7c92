import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

/// `/v1/conversation/{component}`: conversation with language models.
enum ConversationRoutes {
    static let routes = [
        Route(
            .only(.post), "/v1/conversation/{component}", query: .known([.timeout, .metadata]),
            body: .buffer,
            summary: "asks a language model: text in, text out, or all of it as JSON",
            example: "-d 'What is Dapr?' URL/v1/conversation/conversation",
            handler: .deferred(converse))
    ]

    @Sendable
    private static func converse(_ context: RequestContext) async throws(GatewayError) -> Response {
        let component = try context.component("component")
        let (request, isText) = try request(context)
        var asked = request
        asked.metadata.merge(context.query.metadata) { $1 }
        let question = asked
        let answer = try await context.call { dapr, options throws(DaprError) in
            try await dapr.converse(with: component, question, options: options)
        }
        if isText, !accepts(ContentType.json, context.request) {
            return Response(
                .ok, fields: [.contentType: ContentType.text, .cacheControl: "no-store"],
                body: .bytes(Array(answer.text.utf8)))
        }
        var writer = JSONWriter()
        writer.write(answer)
        return .json(writer.bytes, fields: [.cacheControl: "no-store"])
    }

    /// What the body asks: an object says everything, a text is what the user says.
    private static func request(
        _ context: RequestContext
    ) throws(GatewayError) -> (ConversationRequest, isText: Bool) {
        let content = context.content
        let essence = context.request.fields[.contentType].map(ContentType.essence)
        switch essence {
        case ContentType.json: return (try ConversationRequest(body: content), false)
        // What `curl -d` sends unasked is what it looks like.
        case nil, "application/x-www-form-urlencoded":
            if isValidJSON(content), let node = try? JSONNode(body: content), node.kind == .object {
                return (try ConversationRequest(body: content), false)
            }
        case let type? where type.hasPrefix("text/"): break
        case let type?:
            throw GatewayError(
                .unsupportedMediaType, "the body is application/json or text/plain, not '\(type)'")
        }
        guard let text = String(validating: content[...]), !text.isEmpty else {
            throw GatewayError(
                .invalidBody, "the body is neither a JSON object nor a text that is not empty")
        }
        return (ConversationRequest([.init([.user(text)])]), true)
    }

    private static func accepts(_ type: String, _ request: Request) -> Bool {
        listElements(request.fields.values(of: .accept)).contains {
            ContentType.essence(String($0)) == type
        }
    }
}
