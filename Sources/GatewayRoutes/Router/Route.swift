public import HTTPMessage
public import HTTPTypes

/// One thing that the facade can do: the source of matching, documentation and metrics labels.
///
/// A class, because every request carries its route along.
public final class Route: Sendable {
    /// Which methods lead to a route.
    public enum Methods: Sendable, Hashable {
        /// One method; GET stands for HEAD as well.
        case only(HTTPRequest.Method)
        /// All that the facade knows.
        case any
    }

    /// Which query parameters a route has.
    public enum Parameters: Sendable {
        /// These, and no others.
        case known([QueryParameter])
        /// The query is passed on as it came.
        case passedOn
    }

    /// What happens to the body of a request.
    public enum BodyPolicy: Sendable {
        /// None is expected, and one that comes means nothing (RFC 9110, section 9.3.1): a small one
        /// is read and ignored, since clients that know only POST may have to send one with the
        /// DELETE that they mean; a larger one is refused.
        case none
        /// It is read into memory, up to `limits.body`.
        case buffer
        /// The handler gets it piece by piece.
        case stream
    }

    /// Which methods lead here.
    public let methods: Methods
    /// Which paths lead here.
    public let template: RouteTemplate
    /// What can stand in the query.
    public let parameters: Parameters
    /// What happens to the body.
    public let body: BodyPolicy
    /// Whether the field `grpc-timeout` says how long the call may take.
    let takesGRPCTimeout: Bool
    /// A few words on what the route does.
    public let summary: String
    /// The arguments of a `curl` that shows the route; `URL` stands for the gateway's address.
    public let example: String
    /// The code behind it.
    public let handler: Handler
    let parameterNames: [String]

    init(
        _ methods: Methods, _ template: String, query: Parameters = .known([]),
        body: BodyPolicy = .none, takesGRPCTimeout: Bool = false, summary: String, example: String,
        handler: Handler
    ) {
        self.methods = methods
        self.template = RouteTemplate(template)
        self.parameters = query
        self.body = body
        self.takesGRPCTimeout = takesGRPCTimeout
        self.summary = summary
        self.example = example
        self.handler = handler
        parameterNames = self.template.parameterNames
    }
}

/// A query parameter that a route knows.
public struct QueryParameter: Sendable, Hashable {
    /// Its name; `metadata.` stands for all names that begin so.
    public let name: String
    /// What it means, in a few words.
    public let summary: String

    /// How long the call may take.
    static let timeout = QueryParameter(
        name: "timeout", summary: "how long the call may take, such as 250ms or 30s")
    /// Metadata for the component.
    static let metadata = QueryParameter(
        name: "metadata.", summary: "metadata.NAME=VALUE is passed to the component")
}

/// The code behind a route.
///
/// One that never waits is called without a task, which saves suspending the connection.
public enum Handler: Sendable {
    /// Answers at once.
    case immediate(@Sendable (RequestContext) throws(GatewayError) -> Response)
    /// Asks the sidecar first.
    case deferred(@Sendable (RequestContext) async throws(GatewayError) -> Response)
}

extension Route.Methods: CustomStringConvertible {
    /// The method, or `ANY`.
    public var description: String {
        switch self {
        case .only(let method): method.rawValue
        case .any: "ANY"
        }
    }
}
