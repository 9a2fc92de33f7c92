/// Two routes that the same request could mean.
public struct AmbiguousRoutes: Error, Sendable, CustomStringConvertible {
    /// The route that came first.
    public let first: String
    /// The route that clashes with it.
    public let second: String

    /// A sentence that names both.
    public var description: String {
        "the routes '\(first)' and '\(second)' match the same requests"
    }
}

/// Collects routes, then freezes them into a table.
public struct Router {
    private var routes: [Route] = []

    /// A router with these routes.
    public init(_ routes: [Route] = []) {
        self.routes = routes
    }

    /// Adds a route.
    public mutating func add(_ route: Route) {
        routes.append(route)
    }

    /// Makes the table that requests are matched against.
    ///
    /// - Throws: when a request could mean two of the routes. Literal segments do not take
    ///   precedence over parameters, so that the order of routes never matters.
    public func freeze() throws(AmbiguousRoutes) -> RouteTable {
        for (index, second) in routes.enumerated() {
            for first in routes[..<index] where first.clashes(with: second) {
                throw AmbiguousRoutes(first: first.name, second: second.name)
            }
        }
        return RouteTable(routes)
    }
}

extension Route {
    /// Method and template, as in the list of routes.
    public var name: String { "\(methods) \(template)" }

    fileprivate func clashes(with other: Route) -> Bool {
        guard template.hasSameShape(as: other.template) else {
            return template.overlaps(other.template)
        }
        switch (methods, other.methods) {
        case (.only(let mine), .only(let theirs)): return mine == theirs
        default: return true
        }
    }
}
