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
        /// Configuration store.
        public var configuration: String?

        /// No defaults.
        public init(
            state: String? = nil, pubsub: String? = nil, secrets: String? = nil,
            configuration: String? = nil
        ) {
            self.state = state
            self.pubsub = pubsub
            self.secrets = secrets
            self.configuration = configuration
        }
    }

    /// The components that `-` stands for.
    public var defaults = Defaults()
    /// How long a call takes at most unless it says otherwise.
    public var timeout = Duration.seconds(10)
    /// The most that `?timeout=` may ask for.
    public var maxTimeout = Duration.seconds(60)
    /// The most that `?wait=` may ask for; it comes on top of the time of the call.
    public var maxWait = Duration.seconds(60)
    /// How long a subscription to the sidecar lasts after the last client that wanted it.
    public var subscriptionIdle = Duration.seconds(60)
    /// How long a streamed call may stand still, neither side sending a byte.
    public var streamIdle = Duration.seconds(30)
    /// The largest body that is read into memory, in bytes.
    public var bodyLimit = 4 << 20
    /// Whether all secrets of a store may be read at once.
    public var allowsBulkSecrets = false
    /// Whether all of a configuration store may be read at once.
    public var allowsBulkConfiguration = false
    /// Whether `PUT /v1/metadata/{key}` is allowed.
    public var allowsMetadataSet = false
    /// Whether the sidecar's own HTTP API is passed through.
    public var allowsNativeAPI = false

    /// The defaults.
    public init() {}
}
