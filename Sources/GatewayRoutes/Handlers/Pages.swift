import HTTPMessage
import HTTPTypes
import JSON

/// What the facade says about itself.
enum PageRoutes {
    static let routes = [
        Route(
            .only(.get), "/", summary: "this list; for browsers, a page to try the routes on",
            example: "URL/",
            documentation: RouteDocumentation(
                .gateway, fields: [.ifNoneMatch],
                answers: [
                    .ok(
                        "all routes", [.text(), Content("text/html", .string)],
                        fields: [.etag, .cacheControl]), .notModified,
                ]), handler: .immediate(front)),
        Route(
            .only(.get), "/v1/problems", summary: "everything that can go wrong",
            example: "URL/v1/problems",
            documentation: RouteDocumentation(
                .gateway, answers: [.json("all types of problems", .list(of: .problemType))]),
            handler: .immediate { _ in problems() }),
        Route(
            .only(.get), "/v1/problems/{code}", summary: "one type of problem",
            example: "URL/v1/problems/not-found",
            documentation: RouteDocumentation(
                .gateway, path: [.text("not-found", "the last part of a problem's type")],
                answers: [.json("the type of problem", .problemType)], problems: [.notFound]),
            handler: .immediate(problem)),
    ]

    @Sendable
    private static func front(_ context: RequestContext) throws(GatewayError) -> Response {
        let pages = context.facade.pages
        let page = MediaPreference(context.request.fields).prefersHTML ? pages.html : pages.text
        return try page.response(to: context.request)
    }

    private static func problems() -> Response {
        var writer = JSONWriter()
        writer.beginArray()
        for type in ProblemType.allCases { writer.problemType(type) }
        writer.endArray()
        return json(writer)
    }

    @Sendable
    private static func problem(_ context: RequestContext) throws(GatewayError) -> Response {
        let code = try context.parameter("code")
        guard let type = ProblemType(rawValue: code) else {
            throw GatewayError(.notFound, "there is no type of problem '\(code)'")
        }
        var writer = JSONWriter()
        writer.problemType(type)
        return json(writer)
    }

    private static func json(_ writer: JSONWriter) -> Response {
        Response(.ok, fields: [.contentType: ContentType.json], body: .bytes(writer.bytes))
    }
}

extension JSONWriter {
    fileprivate mutating func problemType(_ type: ProblemType) {
        let row = type.row
        beginObject()
        key("type")
        string(type.uri)
        key("code")
        string(type.rawValue)
        key("title")
        string(row.title)
        key("status")
        int(row.status)
        key("retryable")
        bool(row.isRetryable)
        endObject()
    }
}

extension Schema {
    fileprivate static let problemType = named(
        "ProblemType",
        .object(
            .required("type", .string), .required("code", .string), .required("title", .string),
            .required("status", .integer), .required("retryable", .boolean)))
}

/// The plain page with all routes.
enum FrontPage {
    /// One line for each route and one for how to call it.
    static func text(of routes: [Route]) -> [UInt8] {
        var page = "daprgw: Dapr for everything that speaks HTTP\n"
        for route in routes {
            page += "\n\(route.name)\n    \(route.summary)\n"
            page += "    \(command(of: route))\n"
        }
        return Array(page.utf8)
    }

    /// The command that shows a route, as an element of `x-codeSamples`.
    static func sample(of route: Route) -> JSONValue {
        ["lang": "Shell", "label": "curl", "source": .string(command(of: route))]
    }

    private static func command(of route: Route) -> String {
        "curl \(route.example.replacing("URL", with: address))"
    }

    private static let address = "http://127.0.0.1:8080"
}
