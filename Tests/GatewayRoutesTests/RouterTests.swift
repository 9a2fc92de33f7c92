import HTTPMessage
import HTTPTypes
import Testing

@testable import GatewayRoutes

@Suite("Router")
struct RouterTests {
    private func table(_ templates: String...) throws -> RouteTable {
        try Router(templates.map { route(.only(.get), $0) }).freeze()
    }

    private func route(_ methods: Route.Methods, _ template: String) -> Route {
        Route(
            methods, template, summary: "", example: "",
            handler: .immediate { _ in Response(.ok) })
    }

    @Test(
        "a path leads to the one template that it matches",
        arguments: [
            ("/", "/", []), ("/a", "/a", []), ("/a/", "/a/{x}", [""]), ("/a/b", "/a/{x}", ["b"]),
            ("/a/b/c", "/a/{x}/c", ["b"]), ("/a/b/d", nil, []), ("/a/b/c/", nil, []),
            ("/r/", "/r/{p...}", [""]), ("/r/x//y/", "/r/{p...}", ["x//y/"]), ("/r", nil, []),
            ("/s/1/k", "/s/{id}/{k...}", ["1", "k"]), ("/s/1", "/s/{id}", ["1"]),
            ("/A", nil, []), ("/%61", nil, []), ("//", nil, []), ("", nil, []), ("a", nil, []),
            ("/z/y/x", "/z/y/x", []), ("/z/w/v", "/z/{q}/v", ["w"]), ("/z/y/v", "/z/{q}/v", ["y"]),
        ] as [(String, String?, [String])])
    func matching(path: String, template: String?, captures: [String]) throws {
        let table = try table(
            "/", "/a", "/a/{x}", "/a/{x}/c", "/r/{p...}", "/s/{id}", "/s/{id}/{k...}", "/z/y/x",
            "/z/{q}/v")
        let bytes = Array(path.utf8)
        let match = table.match(bytes[...])
        #expect(match.map { table.routes[$0.routes[0]].template.description } == template)
        let texts = match.map { match in
            (0..<match.captures.count).map {
                String(decoding: bytes[match.captures[$0]], as: UTF8.self)
            }
        }
        #expect(texts ?? [] == captures)
    }

    @Test(
        "routes that the same request could mean are refused, and both are named",
        arguments: [
            ("/a/{x}", "/a/b"), ("/a/{x...}", "/a/b/c"), ("/a/{x}", "/a/{y}"),
            ("/{x}/b", "/a/{y}"), ("/a/{x...}", "/a/{y}"),
        ])
    func ambiguity(first: String, second: String) {
        #expect {
            try table(first, second)
        } throws: { error in
            let text = "\(error)"
            return text.contains("GET \(first)") && text.contains("GET \(second)")
        }
    }

    @Test("one path may have a route for each method, but ANY is all of them")
    func methods() throws {
        let get = route(.only(.get), "/a/{x}")
        let put = route(.only(.put), "/a/{y}")
        let any = route(.any, "/a/{z}")
        let table = try Router([get, put]).freeze()
        let match = try #require(table.match(Array("/a/b".utf8)[...]))
        #expect(table.route(of: match, for: .head)?.template.description == "/a/{x}")
        #expect(table.route(of: match, for: .put)?.template.description == "/a/{y}")
        #expect(table.route(of: match, for: .post) == nil)
        #expect(table.allowedMethods(of: match) == "GET, HEAD, PUT, OPTIONS")
        #expect(throws: AmbiguousRoutes.self) { try Router([get, any]).freeze() }
    }

    /// A table of so many routes, in blocks of ten below one parent, as the facade's are.
    private func table(of count: Int) throws -> RouteTable {
        try Router(
            (0..<count).map { index in
                let block = "/v1/block\(index / 2)/{store}"
                return route(.only(.get), index.isMultiple(of: 2) ? block : block + "/{key...}")
            }
        ).freeze()
    }

    @Test("finding a route takes no longer among 300 than among 10")
    func cost() throws {
        func mostSteps(_ count: Int) throws -> Int {
            let table = try table(of: count)
            let steps = try (0..<count).map { index in
                let path = "/v1/block\(index / 2)/s" + (index.isMultiple(of: 2) ? "" : "/a/b")
                let match = try #require(table.match(Array(path.utf8)[...]))
                #expect(match.routes == [index])
                return match.steps
            }
            return try #require(steps.max())
        }
        // Two literals, each found within so many comparisons, and four segments.
        let bound = 2 * LiteralTable.longestProbe + 4
        #expect(try mostSteps(10) <= bound)
        #expect(try mostSteps(300) <= bound)
        #expect(try mostSteps(1000) <= bound)
        #expect(try table(of: 300).match(Array("/v1/block999/x".utf8)[...]) == nil)
    }

    @Test("a template that takes the rest in the middle is a mistake in the source")
    func restInTheMiddle() async {
        await #expect(processExitsWith: .failure) { _ = RouteTemplate("/a/{x...}/b") }
    }
}
