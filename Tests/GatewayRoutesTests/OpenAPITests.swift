import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

/// What the document says; that it is valid OpenAPI is tested with `openapi-spec-validator`.
@Suite("OpenAPI")
struct OpenAPITests {
    private static let document = Self.document(of: Facade().table.routes)

    private static func document(of routes: [Route]) -> JSONValue {
        let text = OpenAPIDocument.text(of: routes)
        return (try? JSONDocument(parsing: text).root.value) ?? .null
    }

    private static func operations(_ document: JSONValue) -> [(name: String, json: JSONValue)] {
        (document["paths"]?.objectValue?.members ?? []).flatMap { path in
            (path.value.objectValue?.members ?? []).map { ("\($0.key) \(path.key)", $0.value) }
        }
    }

    @Test("every route of the table is an operation, with what follows by rule")
    func operations() {
        let operations = Self.operations(Self.document)
        for route in Facade().table.routes {
            for method in RouteTable.methods where route.methods.contains(method) {
                let name = "\(method.rawValue.lowercased()) \(route.openAPIPath)"
                let operation = operations.first { $0.name == name }?.json
                #expect(operation?["x-route"]?.stringValue == route.name, "\(name)")
                #expect(operation?["x-by-rule"] == nil, "\(name)")
            }
            let names = operations.map(\.name)
            #expect(names.contains("options \(route.openAPIPath)"))
            if route.methods == .only(.get) {
                #expect(names.contains("head \(route.openAPIPath)"))
            }
        }
        let ids = operations.compactMap { $0.json["operationId"]?.stringValue }
        #expect(Set(ids).count == operations.count)
    }

    @Test("a parameter that takes the rest of the path says so")
    func restOfPath() {
        let path = Self.document["paths"]?["/v1/state/{store}/{key}"]
        let parameters = path?["get"]?["parameters"]?.arrayValue ?? []
        let key = parameters.first { $0["name"]?.stringValue == "key" }
        #expect(key?["x-rest-of-path"]?.boolValue == true)
        #expect(key?["description"]?.stringValue?.contains("'/' and '%2F' are the same") == true)
        #expect(parameters.first { $0["name"]?.stringValue == "store" }?["x-rest-of-path"] == nil)
    }

    @Test("routes that call their parameters differently share a path, under the first one's names")
    func sharedPath() {
        func route(_ method: HTTPRequest.Method, _ template: String, _ summary: String) -> Route {
            Route(
                .only(method), template, summary: summary, example: "URL",
                documentation: RouteDocumentation(
                    .workflows, path: [.text("x", summary)], answers: [.noContent()]),
                handler: .immediate { _ in Response(.noContent) })
        }
        let document = Self.document(of: [
            route(.post, "/w/{name}", "a name"), route(.get, "/w/{id}", "an id"),
        ])
        let paths = document["paths"]?.objectValue?.members ?? []
        #expect(paths.map(\.key) == ["/w/{name}"])
        let parameter = paths.first?.value["get"]?["parameters"]?.arrayValue?.first
        #expect(parameter?["name"]?.stringValue == "name")
        #expect(parameter?["description"]?.stringValue == "an id")
        let tags = document["tags"]?.arrayValue ?? []
        #expect(tags.compactMap { $0["name"]?.stringValue } == ["Workflows"])
    }

    @Test("problems stand by their status, and which ones depends on the route")
    func problems() {
        func problems(_ operation: String, _ status: String) -> [String] {
            let operations = Self.operations(Self.document)
            let responses = operations.first { $0.name == operation }?.json["responses"]
            let reference = responses?[status]?["$ref"]?.stringValue ?? ""
            let name = String(reference.dropFirst("#/components/responses/".count))
            let response = Self.document["components"]?["responses"]?[name]
            return response?["x-problems"]?.arrayValue?.compactMap(\.stringValue) ?? []
        }
        let state = "/v1/state/{store}/{key}"
        #expect(
            problems("get \(state)", "404") == ["no-default", "not-found", "no-such-component"])
        #expect(problems("put \(state)", "404") == ["no-default", "no-such-component"])
        #expect(problems("put \(state)", "412") == ["precondition-failed"])
        #expect(problems("get \(state)", "412") == [])
        #expect(problems("get \(state)", "504") == ["deadline-exceeded"])
        #expect(problems("get /healthz", "504") == [])
        #expect(problems("get /healthz", "503") == ["sidecar-unavailable", "too-many-connections"])
        #expect(!problems("post /v1/invoke/{app}/{path}", "400").contains("unknown-parameter"))
        #expect(problems("get /healthz", "499") == [])
    }

    @Test("metadata is an object whose members are parameters of their own")
    func metadata() {
        let operation = Self.operations(Self.document).first { $0.name == "get /v1/state/{store}" }
        let parameters = operation?.json["parameters"]?.arrayValue ?? []
        let metadata = parameters.first { $0["name"]?.stringValue == "metadata" }
        #expect(metadata?["explode"]?.boolValue == true)
        #expect(metadata?["schema"]?["patternProperties"]?["^metadata\\."] != nil)
        let key = parameters.first { $0["name"]?.stringValue == "key" }
        #expect(key?["required"]?.boolValue == true)
        #expect(key?["example"]?.arrayValue?.compactMap(\.stringValue) == ["a", "b"])
    }

    @Test("a failure that makes no sense for a route is one of the component")
    func senselessFailure() async {
        let dapr = FakeDapr { $0.refusal = DaprError(.conflict, "aborted", status: .grpc(10)) }
        let response = await dapr.send(.get, "/v1/metadata")
        #expect(response.problem == "component-failed")
        #expect(response.json?["dapr"]?["grpcStatus"]?.intValue == 10)
    }

    @Test(
        "browsers prefer HTML, programs do not",
        arguments: [
            (nil, false), ("text/html,*/*;q=0.8", true), ("*/*", false), ("text/html;q=0", false),
            ("text/plain;q=0.5, text/html;q=0.7", true), ("text/html;q=0.001, */*;q=0", true),
            ("text/*;q=0.9, text/html;q=0.1", false), ("text/html; Q=0.5, */*;q=0.40", true),
            ("nonsense", false), ("text/html;q=x", true), ("a/b;q=1, text/html;q=1.000", true),
        ] as [(String?, Bool)])
    func acceptance(accept: String?, prefersHTML: Bool) async {
        var fields: [(name: String, value: String)] = []
        if let accept { fields.append(("Accept", accept)) }
        #expect(MediaPreference(FieldBlock(fields)).prefersHTML == prefersHTML)
        let response = await FakeDapr().send(.get, "/", fields)
        #expect(response.fields[.contentType]?.hasPrefix("text/html") == prefersHTML)
        #expect((response.fields[.contentSecurityPolicy] != nil) == prefersHTML)
    }
}
