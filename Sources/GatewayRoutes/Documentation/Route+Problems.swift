import DaprClient
import HTTPTypes

extension Route {
    /// Every problem that the route can answer with, in the order of the table: what it says itself,
    /// and what follows from what it is.
    var problems: [ProblemType] {
        var problems = Set(documentation?.problems ?? [])
        problems.formUnion(ProblemType.ofEveryRequest)
        if !template.parameterNames.isEmpty { problems.insert(.invalidPath) }
        for parameter in documentation?.path ?? [] { problems.formUnion(parameter.problems) }
        if case .known = parameters { problems.formUnion([.unknownParameter, .invalidParameter]) }
        // `X-HTTP-Method-Override` is read before anything else.
        if methods.contains(.post) || documentation?.fields.isEmpty == false {
            problems.insert(.invalidHeader)
        }
        if documentation?.content.map({ $0.form != .any }) == true { problems.insert(.invalidBody) }
        if case .deferred = handler { problems.formUnion(ProblemType.ofEveryCall) }
        return ProblemType.allCases.filter(problems.contains)
    }
}

extension PathParameter {
    fileprivate var problems: [ProblemType] {
        switch kind {
        case .component: [.invalidName, .noSuchComponent, .noDefault]
        case .app: [.invalidName, .noSuchApp]
        case .name: [.invalidName]
        case .key: [.invalidKey]
        case .text: []
        }
    }
}

extension ProblemType {
    /// What any request can be answered, whatever it asks for.
    fileprivate static let ofEveryRequest: [ProblemType] = [
        .malformedRequest, .bodyTooLarge, .targetTooLong, .headersTooLarge, .internalError,
        .upgradeNotSupported, .codingNotSupported, .tooManyConnections,
    ]

    /// What any call of the sidecar can end in. That something is not there, or is there in another
    /// version, depends on the route; that a client went away is not told to anybody.
    fileprivate static let ofEveryCall: [ProblemType] = {
        let others: Set<DaprError.Kind> = [
            .noSuchComponent, .notFound, .conflict, .cancelled,
        ]
        return DaprError.Kind.allCases.filter { !others.contains($0) }.map(ProblemType.init)
            + [.answerTooLarge]
    }()
}

extension Route.Methods {
    /// Whether a method leads there.
    func contains(_ method: HTTPRequest.Method) -> Bool {
        switch self {
        case .only(let own): own == method
        case .any: RouteTable.methods.contains(method)
        }
    }
}
