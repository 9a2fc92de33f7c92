import JSON

/// One of Dapr's building blocks, such as state or publish: what it answers over both APIs.
///
/// The sidecar asks for the routes and methods once, at its start. Blocks live on the loop's
/// thread; a handler that answers at once is called there and may touch the block's own state.
protocol BuildingBlock: AnyObject {
    /// What it answers over HTTP.
    var httpRoutes: [HTTPRoute] { get }
    /// What it answers over gRPC.
    var grpcMethods: [GRPCMethod] { get }
    /// Takes every HTTP request that no route matches, if this block is the one for that
    /// (service invocation).
    var httpFallback: HTTPHandler? { get }
    /// Takes every call of a gRPC method that nobody has, if this block is the one for that
    /// (proxying).
    var grpcFallback: GRPCHandler? { get }
    /// What the metadata API lists as subscriptions.
    var subscriptions: [SubscriptionInfo] { get }
    /// What `GET /dev/NAME` shows, for people and tests.
    var inspection: InspectionPage? { get }
    /// The sidecar stops: connections, timers and tasks of the block end here.
    func stop()
}

extension BuildingBlock {
    var httpRoutes: [HTTPRoute] { [] }
    var grpcMethods: [GRPCMethod] { [] }
    var httpFallback: HTTPHandler? { nil }
    var grpcFallback: GRPCHandler? { nil }
    var subscriptions: [SubscriptionInfo] { [] }
    var inspection: InspectionPage? { nil }
    func stop() {}
}

/// How an HTTP request is answered.
enum HTTPHandler {
    /// At once, on the loop.
    case immediate((SidecarRequest) -> SidecarResponse)
    /// On the loop, at once or later: the handler calls what it is given, once.
    case eventual((SidecarRequest, @escaping (SidecarResponse) -> Void) -> Void)
    /// In a task that prefers the loop; cancelled when the client goes away.
    case suspending(@Sendable (SidecarRequest) async -> SidecarResponse)
}

/// What a block answers under one path.
struct HTTPRoute {
    /// The methods, in upper case.
    var methods: [String]
    /// Such as `/v1.0/state/{store}/{key}`; `*` as last segment takes the rest of the path.
    var pattern: String
    /// Whether the handler looks at the content. If not, it is not waited for.
    var readsBody: Bool
    /// Whether the head alone decides after all; the content is then not waited for.
    var refusesBody: (SidecarRequest) -> Bool = { _ in false }
    /// How much of the content the handler looks at; the rest is counted.
    var keptBytes: (SidecarRequest) -> Int = { _ in .max }
    var handler: HTTPHandler

    init(
        _ methods: [String], _ pattern: String, readsBody: Bool = false, _ handler: HTTPHandler
    ) {
        self.methods = methods
        self.pattern = pattern
        self.readsBody = readsBody
        self.handler = handler
    }
}

/// How a gRPC call is answered.
enum GRPCHandler {
    /// One message in, one out, at once, on the loop.
    case immediate((GRPCRequest) -> GRPCReply)
    /// One message in, one out, on the loop, at once or later: the handler calls what it is given,
    /// once.
    case eventual((GRPCRequest, @escaping (GRPCReply) -> Void) -> Void)
    /// One message in, one out, in a task that prefers the loop.
    case suspending(@Sendable (GRPCRequest) async -> GRPCReply)
    /// Messages both ways; the reply ends the call, and its message is ignored.
    case streaming(@Sendable (GRPCStreamCall) async -> GRPCReply)
}

/// One method of the gRPC API.
struct GRPCMethod {
    /// The full path, such as `/dapr.proto.runtime.v1.Dapr/GetState`.
    var path: String
    var handler: GRPCHandler

    init(_ path: String, _ handler: GRPCHandler) {
        self.path = path
        self.handler = handler
    }

    /// A method of the service `dapr.proto.runtime.v1.Dapr`.
    static func dapr(_ name: String, _ handler: GRPCHandler) -> GRPCMethod {
        GRPCMethod("/dapr.proto.runtime.v1.Dapr/" + name, handler)
    }
}

/// A subscription of the app, as the metadata API lists it.
struct SubscriptionInfo: Sendable {
    struct Rule: Sendable {
        var match: String
        var path: String
    }

    var pubsubName: String
    var topic: String
    var metadata: [String: String] = [:]
    var rules: [Rule] = []
    var deadLetterTopic = ""
    /// `PROGRAMMATIC`, `DECLARATIVE` or `STREAMING`.
    var type: String
}

/// What a block shows of its inside.
struct InspectionPage {
    /// The page's path is `/dev/NAME`.
    var name: String
    var content: () -> JSONValue

    init(_ name: String, _ content: @escaping () -> JSONValue) {
        self.name = name
        self.content = content
    }
}
