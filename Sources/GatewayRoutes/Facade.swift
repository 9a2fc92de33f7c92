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
    /// The topics that clients pull from.
    let subscriptions: PullSubscriptions
    /// The configuration items that clients watch.
    let watches: ConfigurationWatches
    /// The response to `GET /`, which is the same for every request.
    let frontPage: Body
    /// How time passes for routes that wait.
    let time: StreamTime

    /// The facade over a sidecar.
    public convenience init(settings: FacadeSettings = FacadeSettings()) {
        self.init(settings: settings, time: StreamTime())
    }

    /// The facade over a sidecar, with a time of its own for what outlives requests.
    init(settings: FacadeSettings, time: StreamTime) {
        let table: RouteTable
        do {
            table = try Router(Self.routes(with: settings)).freeze()
        } catch {
            preconditionFailure("our own routes are unambiguous: \(error)")
        }
        self.table = table
        self.settings = settings
        self.time = time
        var limits = PullQueue.Limits()
        limits.idle = settings.subscriptionIdle
        subscriptions = PullSubscriptions(limits, time: time)
        watches = ConfigurationWatches(idle: settings.subscriptionIdle, time: time)
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
    ///   - upstream: what the handler calls.
    ///   - isReady: whether the gateway can serve, for `/healthz`.
    public func open(
        _ match: consuming Match, id: String, upstream: Upstream, isReady: Bool = true
    ) throws(GatewayError) -> RequestContext {
        try match.route.checkContent(of: match.request)
        return try RequestContext(match, id: id, facade: self, upstream: upstream, isReady: isReady)
    }

    /// What to do with the body of a request whose head has come.
    ///
    /// - Throws: what the request is answered in any case, whatever its body is.
    public func bodyPolicy(for request: Request) throws(GatewayError) -> Route.BodyPolicy {
        // Most requests have none; then there is nothing to ask the routes about.
        guard request.fields.contains(.contentLength) || request.fields.contains(.transferEncoding)
        else { return .none }
        let route = try match(request).route
        try route.checkContent(of: request)
        return route.body
    }

    /// Ends event streams and whatever waits for something to tell; messages that were pulled can
    /// still be answered. For the time from the last connection to `stop()`.
    public func drain() async {
        await subscriptions.drain()
        await watches.drain()
    }

    /// Ends every subscription to the sidecar. What was not answered stays so.
    public func stop() async {
        await subscriptions.stop()
        await watches.stop()
    }

    /// Answers a request: what a server does, in one piece.
    public func respond(
        to request: Request, id: String, dapr: any DaprAPI
    ) async -> Response {
        var route: Route?
        var response: Response
        do throws(GatewayError) {
            let match = try match(request)
            route = match.route
            let context = try open(match, id: id, upstream: Upstream(api: dapr))
            switch context.route.handler {
            case .immediate(let handle): response = try handle(context)
            case .deferred(let handle): response = try await handle(context)
            case .unary(let handler): response = try await handler.perform(context)
            }
        } catch {
            response = Response(error, instance: id)
        }
        response.negotiate(for: request, route: route, id: id)
        return response
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
