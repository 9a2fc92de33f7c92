import HTTPMessage
import HTTPTypes
import JSON

/// What the facade says about itself.
enum PageRoutes {
    static let routes = [
        Route(
            .only(.get), "/", summary: "this page", example: "URL/",
            handler: .immediate { context in
                Response(
                    .ok, fields: [.contentType: ContentType.text], body: context.facade.frontPage)
            }),
        Route(
            .only(.get), "/v1/problems", summary: "everything that can go wrong",
            example: "URL/v1/problems", handler: .immediate { _ in problems() }),
        Route(
            .only(.get), "/v1/problems/{code}", summary: "one type of problem",
            example: "URL/v1/problems/not-found", handler: .immediate(problem)),
    ]

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

/// The plain page with all routes.
enum FrontPage {
    /// One line for each route and one for how to call it.
    static func text(of routes: [Route]) -> [UInt8] {
        var page = "daprgw: Dapr for everything that speaks HTTP\n"
        for route in routes {
            page += "\n\(route.name)\n    \(route.summary)\n"
            page += "    curl \(route.example.replacing("URL", with: address))\n"
        }
        return Array(page.utf8)
    }

    private static let address = "http://127.0.0.1:8080"
}
