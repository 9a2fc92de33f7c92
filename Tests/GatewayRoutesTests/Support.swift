import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

extension FacadeSettings {
    /// Every component has a default, everything else is as it comes.
    static let test: FacadeSettings = {
        var settings = FacadeSettings()
        settings.defaults = .init(state: "statestore", pubsub: "pubsub", secrets: "vault")
        return settings
    }()
}

extension FakeDapr {
    var calls: [String] { now.calls }

    /// Sends one request through the whole facade.
    func send(
        _ method: HTTPRequest.Method, _ target: String,
        _ fields: [(name: String, value: String)] = [],
        body: String? = nil, settings: FacadeSettings = .test
    ) async -> Response {
        await send(
            Request(
                method: method, target: RequestTarget(target), fields: FieldBlock(fields),
                body: body.map { .bytes(Array($0.utf8)) } ?? .empty), settings: settings)
    }

    /// Sends one request through the whole facade. Whatever a test sends, its answer has to be one
    /// that the route documents.
    func send(_ request: Request, settings: FacadeSettings) async -> Response {
        let facade = Facade(settings: settings)
        var response = await facade.respond(to: request, id: "test-1", dapr: self)
        // What is prepared is looked at like the rest.
        for field in response.prepared.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            response.fields.append(HTTPField(name: name, value: field.value))
        }
        if let route = try? facade.match(request).route, route.documentation != nil {
            #expect(
                route.documents(response),
                "\(route.name) does not document \(response.status) \(response.text)")
        }
        return response
    }
}

extension Response {
    /// The body as text.
    var text: String {
        if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    /// The code of the problem document, without its path.
    var problem: String? {
        guard fields[.contentType] == "application/problem+json" else { return nil }
        return json?["type"]?.stringValue.map { String($0.dropFirst("/v1/problems/".count)) }
    }

    /// What the problem document says about this request.
    var detail: String? { json?["detail"]?.stringValue }

    var json: JSONValue? {
        guard case .bytes(let bytes) = body else { return nil }
        return try? JSONDocument(parsing: bytes).root.value
    }

    /// Status and body, for tables.
    var short: String { text.isEmpty ? "\(status.code)" : "\(status.code) \(text)" }
}
