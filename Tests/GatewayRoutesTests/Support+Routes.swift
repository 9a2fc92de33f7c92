import HTTPMessage
import HTTPTypes

@testable import GatewayRoutes

/// A request that a route understands, made from what the route says about itself; tests change one
/// thing of it at a time.
struct Sample: Sendable {
    let route: Route
    let method: HTTPRequest.Method
    /// The parameters of the path by name, encoded.
    var path: [String: String] = [:]
    var query: [String] = []
    var fields: [(name: String, value: String)] = []
    var body: [UInt8]?

    init(of route: Route) {
        self.route = route
        switch route.methods {
        case .only(let method): self.method = method
        case .any: method = .post
        }
        for (name, parameter) in zip(route.parameterNames, route.documentation?.path ?? []) {
            path[name] = parameter.example
        }
        for parameter in route.known where parameter.isRequired {
            query += parameter.samples.map { "\(parameter.name)=\($0)" }
        }
        body = (route.documentation?.content?.example).map { Array($0.utf8) }
    }

    var target: String {
        var text = route.template.description
        for (name, value) in path {
            text = text.replacing("{\(name)...}", with: value).replacing("{\(name)}", with: value)
        }
        return query.isEmpty ? text : "\(text)?\(query.joined(separator: "&"))"
    }

    /// The same request with the parameters of some kind of the path replaced; nil if it has none.
    func replacing(
        _ value: String, where isMeant: (PathParameter.Kind) -> Bool
    ) -> Sample? {
        var changed = self
        var isChanged = false
        for (name, parameter) in zip(route.parameterNames, route.documentation?.path ?? [])
        where isMeant(parameter.kind) {
            changed.path[name] = value
            isChanged = true
        }
        return isChanged ? changed : nil
    }

    /// The same request with another query parameter.
    func adding(_ parameter: String) -> Sample {
        var changed = self
        changed.query.append(parameter)
        return changed
    }
}

extension Route {
    /// The query parameters it knows; none where it passes them on.
    var known: [QueryParameter] {
        if case .known(let known) = parameters { known } else { [] }
    }

    /// Whether it passes the query on.
    var passesQueryOn: Bool {
        if case .passedOn = parameters { true } else { false }
    }

    /// Whether a response is one that the route says it can give: its status, and its media type.
    func documents(_ response: Response) -> Bool {
        let status = response.status.code
        let type = response.fields[.contentType].map(ContentType.essence)
        if let problem = response.problem, problems.contains(where: { $0.rawValue == problem }) {
            return true
        }
        return documentation?.answers.contains { answer in
            guard let documented = answer.status else { return true }
            guard documented == status else { return false }
            return type == nil
                ? answer.contents.isEmpty
                : answer.contents.contains { $0.mediaType == type || $0.mediaType == "*/*" }
        } ?? false
    }
}

extension QueryParameter {
    /// Values that it can have.
    var samples: [String] {
        switch value {
        case .text(let example), .duration(let example): [example]
        case .flag: ["true"]
        case .choice(let choices): Array(choices.prefix(1))
        case .number(let range): ["\(range.lowerBound)"]
        case .list(let example): example
        case .metadata, nil: []
        }
    }

    /// Values that it cannot have.
    var badSamples: [String] {
        switch value {
        case .duration: ["", "x", "1x", "-1s", "1.5s", "99999999999999999999s"]
        case .flag: ["yes", "1", "TRUE"]
        case .choice: ["", "no-such-choice"]
        case .number(let range): ["", "x", "1.5", "\(range.upperBound)0", "+\(range.lowerBound)"]
        case .text, .list, .metadata, nil: []
        }
    }
}

extension FacadeSettings {
    /// As in `test`, and everything is allowed that the configuration can allow.
    static let permissive: FacadeSettings = {
        var settings = FacadeSettings.test
        settings.allowsBulkSecrets = true
        settings.allowsMetadataSet = true
        return settings
    }()
}

extension FakeDapr {
    /// Sends the request.
    func send(_ sample: Sample, settings: FacadeSettings = .permissive) async -> Response {
        let request = Request(
            method: sample.method, target: RequestTarget(sample.target),
            fields: FieldBlock(sample.fields), body: sample.body.map(Body.bytes) ?? .empty)
        return await send(request, settings: settings)
    }
}
