import HTTPMessage
import HTTPTypes

/// `/openapi.json`: the routes for machines.
enum OpenAPIRoutes {
    static let routes = [
        Route(
            .only(.get), "/openapi.json", summary: "the routes as OpenAPI 3.1",
            example: "URL/openapi.json",
            documentation: RouteDocumentation(
                .gateway, fields: [.ifNoneMatch],
                answers: [
                    .json("the document", .map(of: .anything), fields: [.etag, .cacheControl]),
                    .notModified,
                ]), handler: .immediate(document))
    ]

    @Sendable
    private static func document(_ context: RequestContext) throws(GatewayError) -> Response {
        try context.facade.pages.openAPI.response(to: context.request)
    }
}
