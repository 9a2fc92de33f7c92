/// The routes of all blocks as one tree of path segments.
///
/// A literal segment wins over a placeholder; if the rest then leads nowhere, the placeholder is
/// tried, as in daprd's router.
final class HTTPRouter {
    private final class Node {
        var literals: [(segment: [UInt8], node: Node)] = []
        var placeholder: Node?
        var routes: [HTTPRoute] = []
        /// Routes that take the rest of the path.
        var tails: [HTTPRoute] = []
    }

    private let root = Node()

    init(_ routes: [HTTPRoute]) {
        for route in routes { add(route) }
    }

    private func add(_ route: HTTPRoute) {
        var node = root
        for segment in route.pattern.utf8.split(separator: UInt8(ascii: "/")) {
            if segment.elementsEqual("*".utf8) {
                node.tails.append(route)
                return
            }
            let next: Node
            if segment.first == UInt8(ascii: "{") {
                next = node.placeholder ?? Node()
                node.placeholder = next
            } else if let known = node.literals.first(where: { $0.segment == Array(segment) }) {
                next = known.node
            } else {
                next = Node()
                node.literals.append((Array(segment), next))
            }
            node = next
        }
        node.routes.append(route)
    }

    /// What to do with a path.
    enum Match {
        /// This route; its parameters are still escaped.
        case route(HTTPRoute, parameters: [ArraySlice<UInt8>])
        /// The path exists, for these methods.
        case otherMethods([String])
        case none
    }

    /// Finds the route for a clean path, still escaped.
    func match(_ method: String, _ path: [UInt8]) -> Match {
        let segments = path.split(separator: UInt8(ascii: "/"))
        var parameters: [ArraySlice<UInt8>] = []
        var methods: [String] = []
        guard
            let route = find(method, root, segments[...], path, &parameters, &methods)
        else { return methods.isEmpty ? .none : .otherMethods(methods) }
        return .route(route, parameters: parameters)
    }

    private func find(
        _ method: String, _ node: Node, _ segments: ArraySlice<ArraySlice<UInt8>>,
        _ path: [UInt8], _ parameters: inout [ArraySlice<UInt8>], _ methods: inout [String]
    ) -> HTTPRoute? {
        guard let segment = segments.first else {
            return pick(method, node.routes, &methods)
        }
        let rest = segments.dropFirst()
        for (literal, next) in node.literals where segment.elementsEqual(literal) {
            if let route = find(method, next, rest, path, &parameters, &methods) { return route }
        }
        if let next = node.placeholder {
            parameters.append(segment)
            if let route = find(method, next, rest, path, &parameters, &methods) { return route }
            parameters.removeLast()
        }
        guard let route = pick(method, node.tails, &methods) else { return nil }
        parameters.append(path[segment.startIndex...])
        return route
    }

    private func pick(
        _ method: String, _ routes: [HTTPRoute], _ methods: inout [String]
    ) -> HTTPRoute? {
        for route in routes {
            if route.methods.isEmpty || route.methods.contains(method) { return route }
            methods.append(contentsOf: route.methods)
        }
        return nil
    }
}
