/// The path of a route, such as `/v1/state/{store}/{key...}`.
public struct RouteTemplate: Sendable, Hashable, CustomStringConvertible {
    /// One part of a template.
    enum Segment: Sendable, Hashable {
        /// A segment that is written just so.
        case literal([UInt8])
        /// `{name}`: any one segment.
        case parameter(String)
        /// `{name...}`: everything that is left, at least a slash.
        case rest(String)
    }

    /// The template as it was written.
    public let description: String
    let segments: [Segment]

    /// Parses a template; a mistake in one is a mistake in the source, so it traps.
    init(_ text: String) {
        precondition(text.hasPrefix("/"), "a route's template begins with a slash")
        description = text
        segments = text.utf8.dropFirst()
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { Segment(String(Substring($0))) }
        precondition(
            parameterNames.count <= Captures.limit, "a template has at most four parameters")
        for segment in segments.dropLast() {
            if case .rest = segment {
                preconditionFailure("only the last segment of a template takes the rest")
            }
        }
    }

    /// The names of the parameters in the order in which they occur.
    var parameterNames: [String] {
        segments.compactMap { segment in
            switch segment {
            case .literal: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }

    /// Whether there is a path that both templates match.
    func overlaps(_ other: RouteTemplate) -> Bool {
        for (mine, theirs) in zip(segments, other.segments) {
            switch (mine, theirs) {
            case (.rest, _), (_, .rest): return true
            case (.literal(let mine), .literal(let theirs)): if mine != theirs { return false }
            default: break
            }
        }
        return segments.count == other.segments.count
    }

    /// Whether both templates match the same paths.
    func hasSameShape(as other: RouteTemplate) -> Bool {
        segments.count == other.segments.count
            && zip(segments, other.segments).allSatisfy { mine, theirs in
                switch (mine, theirs) {
                case (.literal(let mine), .literal(let theirs)): mine == theirs
                case (.parameter, .parameter), (.rest, .rest): true
                default: false
                }
            }
    }
}

extension RouteTemplate.Segment {
    fileprivate init(_ text: String) {
        guard text.hasPrefix("{"), text.hasSuffix("}") else {
            self = .literal(Array(text.utf8))
            return
        }
        let name = text.dropFirst().dropLast()
        self = name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .parameter(String(name))
    }
}
