import DaprClient
import HTTPMessage
import HTTPTypes
import Testing

@testable import GatewayRoutes

/// What HTTP asks of every route, for each row of the table: a new route is covered by being there.
@Suite("Every route of the table")
struct TableTests {
    private static let settings: FacadeSettings = {
        var settings = FacadeSettings.test
        settings.allowsNativeAPI = true
        // Nothing happens that a route could wait for.
        settings.maxWait = .zero
        return settings
    }()
    private static let table = Facade(settings: settings).table

    /// A path that a template matches.
    private static func path(_ template: RouteTemplate) -> String {
        let segments = template.segments.map { segment in
            switch segment {
            case .literal(let text): String(decoding: text, as: UTF8.self)
            case .parameter: "x"
            case .rest: "state/s/y"
            }
        }
        return "/" + segments.joined(separator: "/")
    }

    static let paths = Array(Set(table.routes.map { path($0.template) })).sorted()

    private func methods(of path: String) throws -> Set<HTTPRequest.Method> {
        let match = try #require(Self.table.match(Array(path.utf8)[...]))
        let all = RouteTable.methods.filter { Self.table.route(of: match, for: $0) != nil }
        return Set(all + [.options])
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ fields: [(name: String, value: String)] = []
    ) async -> Response {
        let dapr = FakeDapr {
            $0.state = ["state/s/y": StateValue(data: [0x31], etag: ETag(rawValue: "1"))]
            $0.secrets = ["state/s/y": ["a": "b"]]
        }
        return await dapr.send(method, path, fields, settings: Self.settings)
    }

    @Test(
        "OPTIONS names all methods, and the others are 405 with the same list",
        arguments: TableTests.paths)
    func methods(path: String) async throws {
        let methods = try methods(of: path)
        let isPassedOn = methods == Set(RouteTable.methods)
        let options = await send(.options, path)
        if !isPassedOn {
            #expect(options.status == .noContent)
            let allow = try #require(options.fields[.allow]).split(separator: ", ").map(String.init)
            #expect(Set(allow) == Set(methods.map(\.rawValue)))
            #expect(allow.count == methods.count)
        }
        let others: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete, .trace]
        for method in others where !methods.contains(method) {
            let response = await send(method, path)
            #expect(response.problem == "method-not-allowed", "\(method) \(path)")
            #expect(response.status.code == 405)
            if !isPassedOn { #expect(response.fields[.allow] == options.fields[.allow]) }
        }
    }

    @Test("HEAD is what GET is", arguments: TableTests.paths)
    func head(path: String) async throws {
        guard try methods(of: path).contains(.get) else {
            #expect(await send(.head, path).status.code == 405)
            return
        }
        let all: [[(name: String, value: String)]] = [
            [], [("Accept-Encoding", "gzip")], [("Accept", "image/png")],
        ]
        for fields in all {
            let (get, head) = (await send(.get, path, fields), await send(.head, path, fields))
            #expect(head.status == get.status)
            #expect(head.fields == get.fields)
            #expect(head.body.length == get.body.length)
        }
    }

    @Test("an answer of ours is acceptable, or 406", arguments: TableTests.paths)
    func acceptable(path: String) async throws {
        guard try methods(of: path).contains(.get) else { return }
        let match = try #require(Self.table.match(Array(path.utf8)[...]))
        let route = try #require(Self.table.route(of: match, for: .get))
        let plain = await send(.get, path)
        let picky = await send(.get, path, [("Accept", "image/x-nothing")])
        guard plain.status == .ok, !route.passesThrough else {
            #expect(picky.status == plain.status)
            return
        }
        #expect(picky.problem == "not-acceptable")
        let type = try #require(plain.fields[.contentType])
        for accept in [type, "*/*;q=0.1", "image/x-nothing, \(ContentType.essence(type));q=0.2"] {
            #expect(await send(.get, path, [("Accept", accept)]).status == .ok)
        }
    }

    @Test("a type that a route cannot take is 415, and never what curl sends unasked")
    func bodyTypes() async throws {
        for route in Self.table.routes where !route.consumes.isEmpty {
            guard case .only(let method) = route.methods else { continue }
            let path = Self.path(route.template)
            let wrong = await send(
                method, path, [("Content-Type", "image/x-nothing"), ("Content-Length", "1")])
            #expect(wrong.problem == "unsupported-media-type", "\(route.name)")
            for type in ["application/x-www-form-urlencoded", ""] + route.consumes {
                let right = await send(
                    method, path, [("Content-Type", type), ("Content-Length", "1")])
                #expect(right.status.code != 415, "\(route.name) \(type)")
            }
        }
    }
}
