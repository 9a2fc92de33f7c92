public import ProtobufJSON

/// What the routes need to know of the configuration.
public struct FacadeSettings: Sendable {
    /// The components that `-` stands for; nil where there is none.
    public struct Defaults: Sendable, Hashable {
        /// State store.
        public var state: String?
        /// Publish/subscribe broker.
        public var pubsub: String?
        /// Secret store.
        public var secrets: String?

        /// No defaults.
        public init(state: String? = nil, pubsub: String? = nil, secrets: String? = nil) {
            self.state = state
            self.pubsub = pubsub
            self.secrets = secrets
        }
    }

    /// The components that `-` stands for.
    public var defaults = Defaults()
    /// How long a call takes at most unless it says otherwise.
    public var timeout = Duration.seconds(10)
    /// The most that `?timeout=` may ask for.
    public var maxTimeout = Duration.seconds(60)
    /// The largest body that is read into memory, in bytes.
    public var bodyLimit = 4 << 20
    /// Whether all secrets of a store may be read at once.
    public var allowsBulkSecrets = false
    /// Whether `PUT /v1/metadata/{key}` is allowed.
    public var allowsMetadataSet = false
    /// Messages and services of apps, for calls of their gRPC methods with JSON.
    public var descriptors = DescriptorPool()

    /// The defaults.
    public init() {}
}
