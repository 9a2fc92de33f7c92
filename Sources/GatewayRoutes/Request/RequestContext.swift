import DaprClient
public import HTTPMessage
import HTTPTypes

/// One request on its way through the routes: what it asks, and what it has cost so far.
///
/// It belongs to one request and never leaves its task.
public final class RequestContext {
    /// The request; a POST that stands for another method has that method.
    public let request: Request
    /// The name under which logs and the caller know the request.
    public let id: String
    /// The route that was matched.
    public let route: Route
    /// How long the call may take in all.
    public let timeout: Duration
    /// How long the sidecar took to answer, all calls together.
    public private(set) var sidecarTime = Duration.zero
    /// How many header fields were not passed on for their names.
    public internal(set) var droppedFields = 0

    let query: Query
    let facade: Facade
    let isReady: Bool
    private let dapr: any DaprAPI
    private let captures: Captures

    init(
        _ request: Request, id: String, route: Route, captures: Captures, facade: Facade,
        dapr: any DaprAPI, isReady: Bool
    ) throws(GatewayError) {
        self.request = request
        self.id = id
        self.route = route
        self.captures = captures
        self.facade = facade
        self.dapr = dapr
        self.isReady = isReady
        switch route.parameters {
        case .known(let known):
            query = try Query(request.target.query)
            try query.check(against: known)
            let timeout = try Self.timeout(query, facade.settings)
            self.timeout =
                route.takesGRPCTimeout
                ? try Self.grpcTimeout(request.fields, facade.settings) ?? timeout : timeout
        case .passedOn:
            query = try Query(nil)
            timeout = facade.settings.timeout
        }
    }

    private static func timeout(
        _ query: Query, _ settings: FacadeSettings
    ) throws(GatewayError) -> Duration {
        guard let timeout = try query.duration(QueryParameter.timeout.name) else {
            return settings.timeout
        }
        guard timeout > .zero, timeout <= settings.maxTimeout else {
            throw GatewayError(
                .invalidParameter,
                "'timeout' is more than 0 and at most \(settings.maxTimeout.textWithUnit)")
        }
        return timeout
    }

    /// What `grpc-timeout` says, but no more than the configuration allows.
    private static func grpcTimeout(
        _ fields: FieldBlock, _ settings: FacadeSettings
    ) throws(GatewayError) -> Duration? {
        guard let text = fields[.grpcTimeout] else { return nil }
        guard let timeout = GRPCTimeout.parse(text) else {
            throw GatewayError(
                .invalidHeader, "'grpc-timeout' is a number and a unit such as 500m, not '\(text)'")
        }
        return min(timeout, settings.maxTimeout)
    }

    var settings: FacadeSettings { facade.settings }

    // MARK: - Calling the sidecar

    // Both are inlined, because each level of asynchronous calls has a frame to allocate.

    /// Makes one call: the time it takes is the sidecar's, its failure is the caller's to know.
    @inline(__always)
    func call<Result>(
        _ body: (any DaprAPI, CallOptions) async throws(DaprError) -> Result
    ) async throws(GatewayError) -> Result {
        do throws(DaprError) {
            return try await attempt(body)
        } catch {
            throw failure(error)
        }
    }

    /// What a failed call means to this caller, unless the route knows better.
    func failure(_ error: DaprError) -> GatewayError {
        GatewayError(error, hasBody: request.body.length != 0)
    }

    /// Makes one call whose failure the handler wants to look at.
    @inline(__always)
    func attempt<Result>(
        _ body: (any DaprAPI, CallOptions) async throws(DaprError) -> Result
    ) async throws(DaprError) -> Result {
        // One deadline for all calls of a request: each gets what the ones before left.
        let remaining = timeout - sidecarTime
        guard remaining > .zero else {
            throw DaprError(.deadlineExceeded, "the request took too long")
        }
        let start = ContinuousClock.now
        defer { sidecarTime += ContinuousClock.now - start }
        return try await body(
            dapr, CallOptions(timeout: remaining, trace: TraceContext(request.fields)))
    }

    /// The type of a component, such as `state.redis`; nil when the sidecar does not have it.
    func componentType(of name: String) async throws(GatewayError) -> String? {
        let metadata = try await call { dapr, options throws(DaprError) in
            try await dapr.getMetadata(options: options)
        }
        return metadata.components.first { $0.name == name }?.type
    }

    // MARK: - Parameters of the path

    /// The raw text of a parameter of the route's template.
    func rawParameter(_ name: String) -> ArraySlice<UInt8> {
        guard let index = route.parameterNames.firstIndex(of: name) else {
            preconditionFailure("a handler asks for parameters of its own route only")
        }
        return request.target.path[captures[index]]
    }

    /// A parameter of the route's template, decoded.
    func parameter(_ name: String) throws(GatewayError) -> String {
        do throws(PercentEncoding.Defect) {
            return try PercentEncoding.decode(rawParameter(name))
        } catch {
            throw GatewayError(.invalidPath, "the path's \(name) \(error.explanation)")
        }
    }

    /// A component's name; `-` stands for the configured default.
    func component(
        _ name: String, default standard: KeyPath<FacadeSettings.Defaults, String?>
    ) throws(GatewayError) -> String {
        let component = try parameter(name)
        guard component == "-" else {
            try Names.checkComponent(component, of: name)
            return component
        }
        guard let component = settings.defaults[keyPath: standard] else {
            throw GatewayError(.noDefault, "'-' stands for no \(name) here: none is configured")
        }
        return component
    }

    /// The body in memory.
    var content: [UInt8] {
        switch request.body {
        case .bytes(let bytes): bytes
        // A route that asks for content in memory never gets a stream.
        case .empty, .stream: []
        }
    }
}
