/// What a sidecar says about itself (`GET /v1.0/metadata`).
public struct SidecarMetadata: Sendable, Hashable {
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

    /// What a sidecar says about itself.
    public init(
        id: String, runtimeVersion: String = "", enabledFeatures: [String] = [],
        components: [Component] = [], extended: [String: String] = [:]
    ) {
        self.id = id
        self.runtimeVersion = runtimeVersion
        self.enabledFeatures = enabledFeatures
        self.components = components
        self.extended = extended
    }
}
