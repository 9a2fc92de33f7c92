public import DaprClient
public import HTTPMessage
import HTTPTypes

/// All routes with their settings: from a request to its response, without a socket in sight.
///
/// A class, because every request carries it along.
public final class Facade: Sendable {
    /// The routes.
    public let table: RouteTable
    /// What the routes need to know of the configuration.
    public let settings: FacadeSettings
    /// What apps say about their gRPC services.
    let schemas = GRPCSchemas()
    /// The response to `GET /`, which is the same for every request.
    let frontPage: Body

    /// The facade over a sidecar.
    public init(settings: FacadeSettings = FacadeSettings()) {
        let table: RouteTable
        do {
            table = try Router(Self.routes).freeze()
        } catch {
            preconditionFailure("our own routes are unambiguous: \(error)")
        }
        self.table = table
        self.settings = settings
        frontPage = .bytes(FrontPage.text(of: table.routes))
    }

    /// A request that has a route.
    public struct Match: Sendable {
        let request: Request
        /// Its route.
        public let route: Route
        let captures: Captures
    }

    /// Finds the route of a request.
    public func match(_ request: Request) throws(GatewayError) -> Match {
        let request = try admitted(request)
        let (route, captures) = try route(of: request)
        return Match(request: request, route: route, captures: captures)
    }

    /// Checks what can be checked without the handler.
    ///
    /// - Parameters:
    ///   - match: the request with its route.
    ///   - id: the name of the request.
    ///   - dapr: what the handler calls.
    ///   - isReady: whether the gateway can serve, for `/healthz`.
    public func open(
        _ match: Match, id: String, dapr: any DaprAPI, isReady: Bool = true
    ) throws(GatewayError) -> RequestContext {
        try RequestContext(
            match.request, id: id, route: match.route, captures: match.captures, facade: self,
            dapr: dapr, isReady: isReady)
    }

    /// What to do with the body of a request whose head has come.
    ///
    /// - Throws: what the request is answered in any case, whatever its body is.
    public func bodyPolicy(for request: Request) throws(GatewayError) -> Route.BodyPolicy {
        // Most requests have none; then there is nothing to ask the routes about.
        guard request.fields.contains(.contentLength) || request.fields.contains(.transferEncoding)
        else { return .none }
        return try match(request).route.body
    }

    /// Answers a request: what a server does, in one piece.
    public func respond(
        to request: Request, id: String, dapr: any DaprAPI
    ) async -> Response {
        do throws(GatewayError) {
            let context = try open(match(request), id: id, dapr: dapr)
            switch context.route.handler {
            case .immediate(let handle): return try handle(context)
            case .deferred(let handle): return try await handle(context)
            }
        } catch {
            return Response(error, instance: id)
        }
    }

    private func route(
        of request: Request
    ) throws(GatewayError) -> (route: Route, captures: Captures) {
        guard let match = table.match(request.target.path) else {
            throw GatewayError(.noSuchRoute, "there is no route for '\(request.target)'")
        }
        if let route = table.route(of: match, for: request.method) {
            return (route, match.captures)
        }
        let allowed = table.allowedMethods(of: match)
        if request.method == .options {
            let template = table.routes[match.routes[0]].template.description
            return (.options(template, allowed), match.captures)
        }
        throw GatewayError(
            .methodNotAllowed, "'\(request.method)' is none of \(allowed)",
            fields: [.allow: allowed])
    }
}

extension Route {
    /// OPTIONS on a path whose routes do not answer it themselves.
    fileprivate static func options(_ template: String, _ allowed: String) -> Route {
        Route(
            .only(.options), template, query: .passedOn, summary: "", example: "",
            handler: .immediate { _ in Response(.noContent, fields: [.allow: allowed]) })
    }
}
