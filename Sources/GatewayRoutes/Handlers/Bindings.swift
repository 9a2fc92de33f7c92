import DaprClient
import HTTPMessage
import HTTPTypes

/// `/v1/bindings/{binding}/{operation}`: output bindings.
enum BindingRoutes {
    static let routes = [
        Route(
            .only(.post), "/v1/bindings/{binding}/{operation}",
            query: .known([.timeout, .metadata]), body: .buffer,
            summary: "does something with a binding: body in, body out",
            example: "-d hello URL/v1/bindings/echo-binding/create", handler: .deferred(invoke))
    ]

    @Sendable
    private static func invoke(_ context: RequestContext) async throws(GatewayError) -> Response {
        let binding = try context.component("binding")
        let operation = try context.name("operation", of: "operation")
        let result = try await context.call { dapr, options throws(DaprError) in
            try await dapr.invokeBinding(
                name: binding, operation: operation, data: context.content,
                metadata: context.query.metadata, options: options)
        }
        return .content(result.data, fields: fields(of: result.metadata))
    }

    /// What the binding says about its answer, as far as header fields can say it.
    private static func fields(of metadata: [String: String]) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            guard let name = HTTPField.Name("Metadata-\(name)"), HTTPField.isValidValue(value)
            else {
                continue
            }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }
}
