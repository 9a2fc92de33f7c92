import HTTPMessage
import HTTPTypes
import JSON

/// The routes as an OpenAPI 3.1 document: exactly those of a table, in its order.
///
/// What is one route here may be several operations there: one for each method, and HEAD and OPTIONS
/// by rule. `x-route` says which route an operation is of, `x-by-rule` that it is one of the latter.
struct OpenAPIDocument {
    private var components = OpenAPIComponents()
    private var groups: [RouteGroup] = []

    /// Writes the document.
    ///
    /// - Parameter routes: the routes of a table. One without documentation has its path and summary
    ///   only.
    /// - Returns: the document as JSON.
    static func text(of routes: [Route]) -> [UInt8] {
        var document = OpenAPIDocument()
        return document.json(of: routes).serialized()
    }

    private mutating func json(of routes: [Route]) -> JSONValue {
        var paths = JSONObject()
        for routes in Self.byPath(routes) {
            paths.set(routes[0].openAPIPath, .object(pathItem(of: routes)))
        }
        var document: JSONObject = ["openapi": "3.1.0", "info": Self.info]
        document.set("servers", [["url": "/"]])
        document.set("tags", .array(tags))
        document.set("paths", .object(paths))
        document.set("components", components.json)
        return .object(document)
    }

    private static let info: JSONValue = [
        "title": "daprgw",
        "description": .string(
            "Dapr for everything that speaks HTTP: one value, one URL; the body is the value; the "
                + "status code is the answer. What fails is a problem document (RFC 9457), whose "
                + "types are listed at /v1/problems."),
        "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
        // Of the API, as its paths have it.
        "version": "1",
    ]

    private var tags: [JSONValue] {
        RouteGroup.allCases.filter(groups.contains).map { group in
            ["name": .string(group.rawValue), "description": .string(group.summary)]
        }
    }

    /// Routes with one path, whatever its parameters are called, are one path in the document.
    private static func byPath(_ routes: [Route]) -> [[Route]] {
        var paths: [[Route]] = []
        for route in routes {
            let same = paths.firstIndex { $0[0].template.hasSameShape(as: route.template) }
            if let same { paths[same].append(route) } else { paths.append([route]) }
        }
        return paths
    }

    // MARK: - Operations

    private mutating func pathItem(of routes: [Route]) -> JSONObject {
        let names = routes[0].parameterNames
        var item = JSONObject()
        var hasOptions = false
        for route in routes {
            if let group = route.documentation?.group, !groups.contains(group) {
                groups.append(group)
            }
            for method in RouteTable.methods where route.methods.contains(method) {
                hasOptions = hasOptions || method == .options
                item.set(
                    method.openAPIName, .object(operation(method, of: route, parameters: names)))
            }
            if route.methods == .only(.get) {
                item.set("head", .object(head(of: route, parameters: names)))
            }
        }
        if !hasOptions {
            item.set("options", .object(options(of: routes[0], parameters: names)))
        }
        return item
    }

    private mutating func operation(
        _ method: HTTPRequest.Method, of route: Route, parameters names: [String]
    ) -> JSONObject {
        var operation = beginning(method, of: route, route.summary, parameters: names)
        let fields = (route.documentation?.fields ?? []).map { $0.json }
        let parameters = operation.parameters + route.queryParameters + fields
        if !parameters.isEmpty { operation.json.set("parameters", .array(parameters)) }
        // What a body of GET, HEAD or OPTIONS would mean is undefined (RFC 9110, section 9.3.1).
        if let content = route.documentation?.content, ![.get, .head, .options].contains(method) {
            operation.json.set("requestBody", components.requestBody(content))
        }
        operation.json.set("responses", .object(responses(of: route)))
        if route.methods == .only(method) || method == .post {
            operation.json.set("x-codeSamples", [FrontPage.sample(of: route)])
        }
        return operation.json
    }

    private mutating func responses(of route: Route) -> JSONObject {
        var responses = JSONObject()
        let problems = route.problems
        let isAppToo = route.documentation?.answers.contains { $0.status == nil } ?? false
        for answer in route.documentation?.answers ?? [] {
            responses.set(
                answer.status.map(String.init) ?? "default", components.response(answer))
        }
        var statuses: [Int] = []
        for problem in problems where !statuses.contains(problem.row.status) {
            let status = problem.row.status
            statuses.append(status)
            let ofStatus = problems.filter { $0.row.status == status }
            responses.set(
                String(status), components.problems(ofStatus, isAppToo: isAppToo))
        }
        return responses
    }

    /// HEAD: what GET answers, without the content.
    private mutating func head(of route: Route, parameters names: [String]) -> JSONObject {
        var operation = beginning(
            .head, of: route, "\(route.summary): the header fields only", parameters: names)
        let fields = (route.documentation?.fields ?? []).map { $0.json }
        let parameters = operation.parameters + route.queryParameters + fields
        if !parameters.isEmpty { operation.json.set("parameters", .array(parameters)) }
        let response = components.withoutContent()
        var all = JSONObject()
        for member in responses(of: route).members { all.set(member.key, response) }
        operation.json.set("responses", .object(all))
        operation.json.set("x-by-rule", true)
        return operation.json
    }

    /// OPTIONS: the methods of the path.
    private mutating func options(of route: Route, parameters names: [String]) -> JSONObject {
        var operation = beginning(
            .options, of: route, "the methods of this path", parameters: names)
        // Which names are good ones is for the other methods to say.
        let parameters = route.pathParameters(names, isChecked: false)
        if !parameters.isEmpty { operation.json.set("parameters", .array(parameters)) }
        var all: JSONObject = ["204": components.allow()]
        let bare = Route(
            .only(.options), "/", query: .passedOn, summary: "", example: "",
            handler: .immediate { _ in Response(.noContent) })
        for member in responses(of: bare).members { all.set(member.key, member.value) }
        operation.json.set("responses", .object(all))
        operation.json.set("x-by-rule", true)
        return operation.json
    }

    private mutating func beginning(
        _ method: HTTPRequest.Method, of route: Route, _ summary: String, parameters names: [String]
    ) -> (json: JSONObject, parameters: [JSONValue]) {
        var json = JSONObject()
        if let group = route.documentation?.group {
            json.set("tags", [.string(group.rawValue)])
        }
        json.set("summary", .string(summary))
        json.set("operationId", .string(route.operationID(method)))
        json.set("x-route", .string(route.name))
        for parameter in route.documentation?.path ?? [] { components.add(parameter.schema) }
        return (json, route.pathParameters(names))
    }
}

extension HTTPRequest.Method {
    fileprivate var openAPIName: String { rawValue.lowercased() }
}
