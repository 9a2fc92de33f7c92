/// A component of the sidecar, as a component file describes it.
public struct Component: Sendable, Hashable {
    /// The name that requests use.
    public var name: String
    /// Such as `state.in-memory`.
    public var type: String
    /// Such as `v1`.
    public var version: String
    /// The settings.
    public var metadata: [String: String]

    /// Describes a component.
    public init(
        name: String, type: String, version: String = "v1", metadata: [String: String] = [:]
    ) {
        self.name = name
        self.type = type
        self.version = version
        self.metadata = metadata
    }

    /// What the metadata API says that a component of this type can do.
    var capabilities: [String] {
        switch type {
        case "state.in-memory":
            ["ETAG", "TRANSACTIONAL", "TTL", "DELETE_WITH_PREFIX", "KEYS_LIKE", "ACTOR"]
        case "state.redis", "state.sqlite": ["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE", "ACTOR"]
        case "state.postgresql":
            ["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE", "QUERY_API", "ACTOR"]
        case "pubsub.in-memory": ["SUBSCRIBE_WILDCARDS"]
        case "secretstores.local.file":
            metadata["multiValued"] == "true" ? ["MULTIPLE_KEY_VALUES_PER_SECRET"] : []
        case let type where type.hasPrefix("bindings."): ["OUTPUT_BINDING"]
        default: []
        }
    }
}
