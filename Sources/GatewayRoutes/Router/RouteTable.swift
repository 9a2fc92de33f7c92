import HTTPTypes

/// All routes, frozen: a trie over the segments of the raw path.
public struct RouteTable: Sendable {
    /// The routes in the order in which they were added.
    public let routes: [Route]
    private var nodes = [Node()]
    private var literals = LiteralTable()

    private struct Node {
        var hasLiterals = false
        var parameter: Int?
        /// The node of `{name...}`; it has no children.
        var rest: Int?
        /// The routes that end here.
        var routes: [Int] = []
    }

    /// What a path leads to.
    struct Match {
        /// The routes of that path, one for each method; never empty.
        let routes: [Int]
        /// The raw text of each parameter, as offsets in the path.
        let captures: Captures
        /// How many places the search looked at.
        let steps: Int
    }

    init(_ routes: [Route]) {
        self.routes = routes
        for (index, route) in routes.enumerated() {
            nodes[node(for: route.template)].routes.append(index)
        }
        literals.freeze()
    }

    private mutating func node(for template: RouteTemplate) -> Int {
        var current = 0
        for segment in template.segments {
            if let next = child(of: current, segment) {
                current = next
                continue
            }
            let new = nodes.count
            nodes.append(Node())
            switch segment {
            case .literal(let text):
                literals.add(text, from: current, to: new)
                nodes[current].hasLiterals = true
            case .parameter: nodes[current].parameter = new
            case .rest: nodes[current].rest = new
            }
            current = new
        }
        return current
    }

    private func child(of node: Int, _ segment: RouteTemplate.Segment) -> Int? {
        switch segment {
        case .literal(let text):
            literals.childWhileBuilding(text, from: node)
        case .parameter: nodes[node].parameter
        case .rest: nodes[node].rest
        }
    }

    // MARK: - Matching

    /// Finds the routes of a raw path, which begins with a slash.
    func match(_ path: ArraySlice<UInt8>) -> Match? {
        var captures = Captures()
        var steps = 0
        // Offsets of the span are positions in the path: a target begins with its path.
        guard path.first == UInt8(ascii: "/"), path.startIndex == 0,
            let node = descend(from: 0, path.span, at: 1, &captures, &steps)
        else { return nil }
        return Match(routes: nodes[node].routes, captures: captures, steps: steps)
    }

    /// Follows the segment that begins at `start`. No two templates match the same path, so the
    /// first way to the end is the only one.
    private func descend(
        from node: Int, _ path: Span<UInt8>, at start: Int, _ captures: inout Captures,
        _ steps: inout Int
    ) -> Int? {
        steps += 1
        var end = start
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        if nodes[node].hasLiterals,
            let child = literals.child(path, start..<end, from: node, probes: &steps),
            let found = step(to: child, path, from: end, &captures, &steps)
        {
            return found
        }
        if let parameter = nodes[node].parameter {
            captures.append(start..<end)
            if let found = step(to: parameter, path, from: end, &captures, &steps) { return found }
            captures.removeLast()
        }
        guard let rest = nodes[node].rest else { return nil }
        captures.append(start..<path.count)
        return rest
    }

    private func step(
        to node: Int, _ path: Span<UInt8>, from end: Int, _ captures: inout Captures,
        _ steps: inout Int
    ) -> Int? {
        if end < path.count { return descend(from: node, path, at: end + 1, &captures, &steps) }
        return nodes[node].routes.isEmpty ? nil : node
    }

    // MARK: - Methods

    /// The route of a match for a method; nil when the path does not have that method.
    func route(of match: Match, for method: HTTPRequest.Method) -> Route? {
        for index in match.routes {
            switch routes[index].methods {
            case .any: if Self.methods.contains(method) { return routes[index] }
            case .only(let own):
                if own == method || (method == .head && own == .get) { return routes[index] }
            }
        }
        return nil
    }

    /// What `Allow` says about a match (RFC 9110, section 10.2.1).
    func allowedMethods(of match: Match) -> String {
        var methods: [HTTPRequest.Method] = []
        for index in match.routes {
            switch routes[index].methods {
            case .any: return Self.methods.map(\.rawValue).joined(separator: ", ")
            case .only(let method): methods += method == .get ? [.get, .head] : [method]
            }
        }
        return (methods + [.options]).map(\.rawValue).joined(separator: ", ")
    }

    /// The methods that the facade knows.
    static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]
}

/// Where the parameters of a template stand in a path; in place, because every request has them.
struct Captures {
    /// How many parameters a template may have.
    static let limit = 4

    private var ranges = InlineArray<4, Range<Int>>(repeating: 0..<0)
    private(set) var count = 0

    subscript(index: Int) -> Range<Int> {
        precondition(index < count, "a template has fewer parameters")
        return ranges[index]
    }

    mutating func append(_ range: Range<Int>) {
        ranges[count] = range
        count += 1
    }

    mutating func removeLast() {
        count -= 1
    }
}
