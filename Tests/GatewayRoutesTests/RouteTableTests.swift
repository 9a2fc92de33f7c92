import DaprClient
import HTTPMessage
import HTTPTypes
import Testing

@testable import GatewayRoutes

/// What holds for every route of the table, whatever it does: a new route is covered by being there.
/// What only a server sees is in `Tests/Integration/gateway/test_every_route.py`.
@Suite("Every route of the table")
struct RouteTableTests {
    private static let table = Facade().table
    private static let samples = table.routes.map(Sample.init(of:))

    @Test("says all about itself that the document needs", arguments: samples)
    func documented(_ sample: Sample) throws {
        let route = sample.route
        let documentation = try #require(
            route.documentation, "\(route.name) has no documentation: see RouteDocumentation")
        #expect(documentation.path.count == route.parameterNames.count, "\(route.name)")
        #expect(!documentation.answers.isEmpty, "\(route.name)")
        // A status stands for one thing.
        let statuses =
            documentation.answers.compactMap(\.status) + Set(route.problems.map(\.row.status))
        #expect(Set(statuses).count == statuses.count, "\(route.name) \(statuses)")
        for parameter in route.known {
            #expect(parameter.value != nil, "\(route.name): '\(parameter.name)' has no value")
        }
        let takesBody = if case .none = route.body { false } else { true }
        #expect((documentation.content != nil) == takesBody, "\(route.name)")
        #expect(!route.summary.isEmpty && route.example.contains("URL/"), "\(route.name)")
    }

    @Test("understands the request that it documents", arguments: samples)
    func understood(_ sample: Sample) async {
        // Nothing is in the sidecar, so most answer that it is not there.
        let response = await FakeDapr().send(sample)
        let refusals = [400, 405, 413]
        #expect(!refusals.contains(response.status.code), "\(sample.target) \(response.text)")
    }

    @Test("an unknown component or app is 404", arguments: samples)
    func unknownComponent(_ sample: Sample) async {
        let dapr = FakeDapr { $0.refusal = DaprError(.noSuchComponent, "no such thing") }
        if let unknown = sample.replacing("nosuch", where: { $0 == .component }) {
            #expect(await dapr.send(unknown).problem == "no-such-component", "\(unknown.target)")
        }
        if let unknown = sample.replacing("nosuch", where: { $0 == .app }) {
            #expect(await dapr.send(unknown).problem == "no-such-app", "\(unknown.target)")
        }
    }

    @Test(
        "what is no name is refused before anything is asked", arguments: samples,
        ["", ".", "..", "a%20b", "a%2Fb", "http:%2F%2Fx", "a:b"])
    func badName(_ sample: Sample, _ name: String) async {
        // Other names may have what is no name of a component, but are one segment, too.
        let isSegment = !["", ".", "..", "a%2Fb"].contains(name)
        let changed = sample.replacing(name) {
            $0 == .component || $0 == .app || ($0 == .name && !isSegment)
        }
        guard let bad = changed else { return }
        let dapr = FakeDapr()
        #expect(await dapr.send(bad).problem == "invalid-name", "\(bad.target)")
        #expect(dapr.calls == [])
    }

    @Test(
        "what is no key is refused before anything is asked", arguments: samples,
        ["%", "%ff", "a%00", "a/../b", "."])
    func badKey(_ sample: Sample, _ key: String) async {
        guard let bad = sample.replacing(key, where: { $0 == .key }) else { return }
        let dapr = FakeDapr()
        let problem = await dapr.send(bad).problem
        #expect(problem == "invalid-key" || problem == "invalid-path", "\(bad.target)")
        #expect(dapr.calls == [])
    }

    @Test("'-' is 404 where it stands for a default and none is configured", arguments: samples)
    func noDefault(_ sample: Sample) async {
        var settings = FacadeSettings.permissive
        settings.defaults = .init()
        guard let bare = sample.replacing("-", where: { $0 == .component }) else { return }
        let response = await FakeDapr().send(bare, settings: settings)
        #expect(response.problem == "no-default", "\(bare.target) \(response.text)")
    }

    @Test("a method that the path does not have is 405 with Allow", arguments: samples)
    func wrongMethod(_ sample: Sample) async throws {
        let match = try #require(
            Self.table.match(RequestTarget(sample.target).path), "\(sample.target)")
        let allowed = Self.table.allowedMethods(of: match)
        let unknown = try #require(HTTPRequest.Method(rawValue: "FOO"))
        for method in RouteTable.methods + [unknown] {
            let isAllowed = allowed.split(separator: ", ").contains { $0 == method.rawValue }
            guard !isAllowed else { continue }
            let response = await FakeDapr().send(method, sample.target)
            #expect(response.problem == "method-not-allowed", "\(method) \(sample.target)")
            #expect(response.fields[.allow] == allowed, "\(method) \(sample.target)")
        }
    }

    @Test("an unknown query parameter is refused with the nearest known one", arguments: samples)
    func unknownParameter(_ sample: Sample) async {
        guard !sample.route.passesQueryOn else { return }
        let dapr = FakeDapr()
        #expect(await dapr.send(sample.adding("zzzzzzzz=1")).problem == "unknown-parameter")
        for parameter in sample.route.known {
            let response = await dapr.send(sample.adding("z\(parameter.name)=1"))
            #expect(response.problem == "unknown-parameter", "\(sample.target)")
            #expect(response.detail?.contains("did you mean '") == true, "\(response.text)")
        }
        #expect(dapr.calls == [])
    }

    @Test("a value that a query parameter cannot have is refused and named", arguments: samples)
    func badValue(_ sample: Sample) async {
        let dapr = FakeDapr()
        for parameter in sample.route.known {
            var bad = parameter.badSamples.map { ["\(parameter.name)=\($0)"] }
            if let good = parameter.samples.first, parameter.samples.count == 1 {
                bad.append(["\(parameter.name)=\(good)", "\(parameter.name)=\(good)"])
            }
            for values in bad {
                var changed = sample
                changed.query.removeAll { $0.hasPrefix("\(parameter.name)=") }
                changed.query += values
                let response = await dapr.send(changed)
                #expect(response.problem == "invalid-parameter", "\(changed.target)")
                #expect(response.detail?.contains(parameter.name) == true, "\(response.text)")
            }
        }
        #expect(dapr.calls == [])
    }

    @Test("a parameter that it cannot do without is asked for", arguments: samples)
    func missingParameter(_ sample: Sample) async {
        for parameter in sample.route.known where parameter.isRequired {
            var bare = sample
            bare.query.removeAll { $0.hasPrefix("\(parameter.name)=") }
            let response = await FakeDapr().send(bare)
            #expect(response.problem == "invalid-parameter", "\(bare.target)")
            #expect(response.detail?.contains("'\(parameter.name)'") == true, "\(response.text)")
        }
    }

    @Test("a deadline is more than nothing and at most what is allowed", arguments: samples)
    func badTimeout(_ sample: Sample) async {
        guard sample.route.known.contains(.timeout) else { return }
        for timeout in ["0", "0ms", "61s", "2h"] {
            let response = await FakeDapr().send(sample.adding("timeout=\(timeout)"))
            #expect(response.problem == "invalid-parameter", "\(sample.target) \(timeout)")
        }
    }

    @Test("a body that is not what it documents is refused", arguments: samples)
    func badBody(_ sample: Sample) async {
        guard let content = sample.route.documentation?.content else { return }
        let notUTF8: [UInt8] = [0x22, 0xFF, 0xFE, 0x22]
        let bad: [[UInt8]] =
            switch content.form {
            case .any: []
            case .text: [notUTF8]
            case .json: [notUTF8, [], Array("{".utf8), Array("nothing".utf8)]
            }
        let dapr = FakeDapr()
        for body in bad {
            var changed = sample
            changed.body = body
            let response = await dapr.send(changed)
            #expect(response.problem == "invalid-body", "\(sample.target) \(response.text)")
        }
        #expect(dapr.calls == [])
    }

    @Test(
        "any body is taken where any is documented", arguments: samples,
        [[], [0xFF, 0x00]] as [[UInt8]])
    func anyBody(_ sample: Sample, _ body: [UInt8]) async {
        guard case .any? = sample.route.documentation?.content?.form else { return }
        var changed = sample
        changed.body = body
        let response = await FakeDapr().send(changed)
        #expect(response.problem != "invalid-body", "\(sample.target) \(response.text)")
    }

    @Test(
        "a precondition that is none is refused", arguments: samples,
        ["", "\"a", "a\"b", "\"a\" b"])
    func badPrecondition(_ sample: Sample, _ value: String) async {
        for field in sample.route.documentation?.fields ?? [] where field.value == .entityTags {
            var changed = sample
            changed.fields.append((field.name, value))
            let dapr = FakeDapr()
            let response = await dapr.send(changed)
            #expect(response.problem == "invalid-header", "\(sample.target) \(field.name)")
            #expect(dapr.calls == [])
        }
    }

    @Test(
        "whatever a call of the sidecar ends in is documented", arguments: samples,
        DaprError.Kind.allCases)
    func failedCall(_ sample: Sample, _ kind: DaprError.Kind) async {
        guard kind != .cancelled else { return }
        let dapr = FakeDapr { $0.refusal = DaprError(kind, "it did not work") }
        let response = await dapr.send(sample)
        #expect(response.status.code != 500, "\(sample.target)")
    }
}

extension Sample: CustomTestStringConvertible {
    var testDescription: String { route.name }
}
