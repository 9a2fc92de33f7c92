extension SidecarMetadata {
    /// A subscription of the app, or of a stream.
    public struct Subscription: Sendable, Hashable {
        /// Where a subscription comes from.
        public enum Source: Sendable, Hashable {
            /// A file of the sidecar's.
            case declarative
            /// The app's answer to `/dapr/subscribe`.
            case programmatic
            /// A stream of `SubscribeTopicEventsAlpha1`.
            case streaming
            /// Unknown, or newer than this library; in the API's own word or number.
            case other(String)
        }

        /// Which events go where.
        public struct Rule: Sendable, Hashable {
            /// The condition (CEL); empty for all other events.
            public var match: String
            /// The app's path.
            public var path: String

            /// A rule.
            public init(match: String = "", path: String = "") {
                self.match = match
                self.path = path
            }
        }

        /// The pub/sub component.
        public var pubsub: String
        /// The topic.
        public var topic: String
        /// Metadata for the component.
        public var metadata: [String: String]
        /// Which events go where, in order.
        public var rules: [Rule]
        /// Where events go that nobody could handle; empty for nowhere.
        public var deadLetterTopic: String
        /// Where the subscription comes from.
        public var source: Source

        /// A subscription.
        public init(
            pubsub: String, topic: String, metadata: [String: String] = [:], rules: [Rule] = [],
            deadLetterTopic: String = "", source: Source
        ) {
            self.pubsub = pubsub
            self.topic = topic
            self.metadata = metadata
            self.rules = rules
            self.deadLetterTopic = deadLetterTopic
            self.source = source
        }
    }

    /// How the sidecar reaches its app.
    public struct AppConnection: Sendable, Hashable {
        /// How the sidecar asks for the app's health. Durations as Go writes them, such as `5s`.
        public struct Health: Sendable, Hashable {
            /// The path that is asked; empty for a gRPC app.
            public var path: String
            /// The time between two probes.
            public var probeInterval: String
            /// How long a probe may take.
            public var probeTimeout: String
            /// How many failures make the app unhealthy.
            public var threshold: Int

            /// How the sidecar asks for the app's health.
            public init(
                path: String, probeInterval: String, probeTimeout: String, threshold: Int
            ) {
                self.path = path
                self.probeInterval = probeInterval
                self.probeTimeout = probeTimeout
                self.threshold = threshold
            }
        }

        /// The app's port; 0 when there is no app.
        public var port: Int
        /// `http`, `grpc`, and the like.
        public var `protocol`: String
        /// The app's host.
        public var channelAddress: String
        /// How many calls the app gets at a time; 0 for any number.
        public var maxConcurrency: Int
        /// How the app's health is watched; nil when it is not.
        public var health: Health?

        /// How the sidecar reaches its app.
        public init(
            port: Int = 0, protocol: String, channelAddress: String, maxConcurrency: Int = 0,
            health: Health? = nil
        ) {
            self.port = port
            self.protocol = `protocol`
            self.channelAddress = channelAddress
            self.maxConcurrency = maxConcurrency
            self.health = health
        }
    }

    /// The state of the actor runtime.
    public struct ActorRuntime: Sendable, Hashable {
        /// Whether actors can be used.
        public enum Status: Sendable, Hashable {
            /// It waits for the app or for placement.
            case initializing
            /// The sidecar runs without actors.
            case disabled
            /// Actors can be used.
            case running
            /// Newer than this library; in the API's own word or number.
            case other(String)
        }

        /// Whether actors can be used.
        public var status: Status
        /// How many actors are active, by type.
        public var activeActors: [String: Int]
        /// Whether the app can host actors now.
        public var isHostReady: Bool
        /// What the placement service's connection does.
        public var placement: String

        /// The state of the actor runtime.
        public init(
            status: Status, activeActors: [String: Int] = [:], isHostReady: Bool = false,
            placement: String = ""
        ) {
            self.status = status
            self.activeActors = activeActors
            self.isHostReady = isHostReady
            self.placement = placement
        }
    }
}
