/// What a sidecar says about itself (`GET /v1.0/metadata`, `GetMetadata`): every field of both APIs.
public struct SidecarMetadata: Sendable, Hashable {
    /// The app id.
    public var id: String
    /// The version of daprd.
    public var runtimeVersion: String
    /// Features that are switched on, in no particular order.
    public var enabledFeatures: [String]
    /// The loaded components.
    public var components: [Component]
    /// Extended attributes, among them `daprRuntimeVersion`.
    public var extended: [String: String]
    /// What the app, or a stream, is subscribed to.
    public var subscriptions: [Subscription]
    /// The names of the declared HTTP endpoints.
    public var httpEndpoints: [String]
    /// How the sidecar reaches its app.
    public var appConnection: AppConnection?
    /// The state of the actor runtime.
    public var actorRuntime: ActorRuntime?
    /// The addresses of the schedulers that are connected; nil without a scheduler.
    public var schedulerAddresses: [String]?
    /// How many workflow workers are connected; nil where the sidecar does not say.
    public var workflowWorkers: Int?
    /// The names of the declared MCP servers.
    public var mcpServers: [String]
    /// The names of the declared workflow access policies.
    public var workflowAccessPolicies: [String]
    /// The names of the loaded resiliency policies.
    public var resiliencies: [String]

    /// What a sidecar says about itself.
    public init(
        id: String, runtimeVersion: String = "", enabledFeatures: [String] = [],
        components: [Component] = [], extended: [String: String] = [:],
        subscriptions: [Subscription] = [], httpEndpoints: [String] = [],
        appConnection: AppConnection? = nil, actorRuntime: ActorRuntime? = nil,
        schedulerAddresses: [String]? = nil, workflowWorkers: Int? = nil,
        mcpServers: [String] = [], workflowAccessPolicies: [String] = [],
        resiliencies: [String] = []
    ) {
        self.id = id
        self.runtimeVersion = runtimeVersion
        self.enabledFeatures = enabledFeatures
        self.components = components
        self.extended = extended
        self.subscriptions = subscriptions
        self.httpEndpoints = httpEndpoints
        self.appConnection = appConnection
        self.actorRuntime = actorRuntime
        self.schedulerAddresses = schedulerAddresses
        self.workflowWorkers = workflowWorkers
        self.mcpServers = mcpServers
        self.workflowAccessPolicies = workflowAccessPolicies
        self.resiliencies = resiliencies
    }
}

extension SidecarMetadata {
    /// A loaded component.
    public struct Component: Sendable, Hashable {
        /// The name that calls use.
        public var name: String
        /// The type, such as `state.redis`.
        public var type: String
        /// The version of the type, such as `v1`.
        public var version: String
        /// What it can do, such as `ETAG` or `TRANSACTIONAL`.
        public var capabilities: [String]

        /// A loaded component.
        public init(name: String, type: String, version: String, capabilities: [String] = []) {
            self.name = name
            self.type = type
            self.version = version
            self.capabilities = capabilities
        }
    }
}
