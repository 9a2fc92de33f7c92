public import DaprClient
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
    /// The media types of bodies that it takes; none stands for all.
    public let consumes: [String]
    /// How long the route waits for something to tell, on top of the deadline, unless `?wait=` says
    /// otherwise; nil for a route that does not.
    public let wait: Duration?
    /// A few words on what the route does.
    public let summary: String
    /// The arguments of a `curl` that shows the route; `URL` stands for the gateway's address.
    public let example: String
    /// The code behind it.
    public let handler: Handler
    let parameterNames: [String]

    init(
        _ methods: Methods, _ template: String, query: Parameters = .known([]),
        body: BodyPolicy = .none, consumes: [String] = [], wait: Duration? = nil, summary: String,
        example: String,
        handler: Handler
    ) {
        self.methods = methods
        self.template = RouteTemplate(template)
        self.parameters = query
        self.body = body
        self.consumes = consumes
        self.wait = wait
        self.summary = summary
        self.example = example
        self.handler = handler
        parameterNames = self.template.parameterNames
    }
}

extension Route {
    /// Whether what it answers is somebody else's, and what is asked was told to them.
    var passesThrough: Bool {
        if case .passedOn = parameters { true } else { false }
    }

    /// Refuses a body by what the request says about it.
    func checkContent(of request: Request) throws(GatewayError) {
        if case .none = body { return }
        let fields = request.fields
        guard !passesThrough,
            request.body.length != 0 || fields.contains(.contentLength)
                || fields.contains(.transferEncoding)
        else { return }
        // The value is the body as it is, so a compressed one would be read back without its coding.
        if let coding = fields[.contentEncoding], !coding.isEmpty, coding.lowercased() != "identity"
        {
            throw GatewayError(
                .unsupportedMediaType, "a body with 'Content-Encoding: \(coding)' is not decoded",
                fields: [.acceptEncoding: "identity"])
        }
        guard !consumes.isEmpty, let type = fields[.contentType].map(ContentType.essence) else {
            return
        }
        // A form is what `curl -d` calls everything unasked.
        guard
            type.isEmpty || type == ContentType.form || consumes.contains(type)
                || consumes.contains(ContentType.json) && type.hasSuffix("+json")
        else {
            let accepted = consumes.joined(separator: ", ")
            throw GatewayError(
                .unsupportedMediaType, "the body is '\(type)', the route takes \(accepted)",
                fields: [.accept: accepted])
        }
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
    /// How long the route may wait for something to happen.
    static let wait = QueryParameter(
        name: "wait", summary: "how long to wait, such as 30s; on top of the time of the call")
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
    /// Makes one call, and an answer of what comes back: without a task where the sidecar's API can
    /// be asked without one, because for so little a task costs as much as the rest.
    case unary(UnaryHandler)
}

/// A handler that makes one call, in both ways in which that can be done.
public struct UnaryHandler: Sendable {
    /// Told once how a request that was begun came out.
    public typealias Completion = (consuming Result<Response, GatewayError>) -> Void

    /// Answers in a task.
    public let perform: @Sendable (RequestContext) async throws(GatewayError) -> Response
    /// Begins the call on the loop and returns; nothing is left to be done when it returns nil.
    public let begin:
        @Sendable (RequestContext, any TasklessAPI, @escaping Completion)
            throws(GatewayError) -> PendingCall?
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
