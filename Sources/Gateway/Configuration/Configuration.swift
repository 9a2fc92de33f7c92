public import DaprClient
public import EventLoop
public import GatewayRoutes

/// Everything that an operator can set, in one immutable value.
///
/// The member names are the keys of the configuration file; `config/daprgw.yaml` explains them.
public struct Configuration: Sendable, Hashable {
    /// Where health and metrics are served.
    public struct Admin: Sendable, Hashable {
        /// The admin listener's addresses.
        public var listen = [SocketAddress.ip("127.0.0.1", port: 8081)]
    }

    /// How the sidecar is reached.
    public struct Sidecar: Sendable, Hashable {
        /// The gRPC endpoint; nil leaves it to the environment.
        public var grpc: String?
        /// The HTTP endpoint; nil leaves it to the environment.
        public var http: String?
        /// Which of the sidecar's two APIs to use.
        public var `protocol` = DaprProtocol.auto
        /// A file that holds the API token; nil leaves it to `DAPR_API_TOKEN`.
        public var tokenFile: String?
        /// A PEM file with the authorities that a sidecar reached over TLS is checked against; nil
        /// means those of the system.
        public var caFile: String?
        /// A PEM file with the certificate to show such a sidecar, and its chain; nil shows none.
        public var certificateFile: String?
        /// The PEM file with that certificate's private key.
        public var keyFile: String?
        /// The largest header block that is sent over the HTTP API, in bytes. It must stay below the
        /// sidecar's `--read-buffer-size`, or one caller's cookie ends everybody's connection.
        public var headerLimit = ByteCount(3584)
    }

    /// The components that `-` stands for.
    public struct Defaults: Sendable, Hashable {
        /// State store.
        public var state: String?
        /// Publish/subscribe broker.
        public var pubsub: String?
        /// Secret store.
        public var secrets: String?
    }

    /// Bounds on what a client can ask for.
    public struct Limits: Sendable, Hashable {
        /// Client connections in all.
        public var connections = 4000
        /// Header fields of one request; the same limit holds for its target, up to 16 KiB.
        public var headers = ByteCount(16 << 10)
        /// The body of one request.
        public var body = ByteCount(4 << 20)
        /// How long a call takes at most, unless `?timeout=` says otherwise.
        public var timeout = Duration.seconds(10)
        /// The most that `?timeout=` may ask for.
        public var maxTimeout = Duration.seconds(60)
        /// How long requests in flight may take after SIGTERM.
        public var drain = Duration.seconds(25)
    }

    /// What callers may do with secrets.
    public struct Secrets: Sendable, Hashable {
        /// Whether all secrets of a store may be read at once.
        public var allowBulk = false
    }

    /// What callers may do with the sidecar's metadata.
    public struct Metadata: Sendable, Hashable {
        /// Whether `PUT /v1/metadata/{key}` is allowed.
        public var allowSet = false
    }

    /// What apps' gRPC methods are called with.
    public struct GRPC: Sendable, Hashable {
        /// Files that describe messages and services, as `protoc --descriptor_set_out` writes them.
        public var descriptorSets: [String] = []
    }

    /// What is written to standard error.
    public struct Log: Sendable, Hashable {
        /// Below this level nothing is written.
        public var level = LogLevel.info
        /// How a line looks.
        public var format = LogFormat.text
    }

    /// The facade's addresses.
    public var listen = [SocketAddress.ip("127.0.0.1", port: 8080)]
    /// Where health and metrics are served.
    public var admin = Admin()
    /// How the sidecar is reached.
    public var sidecar = Sidecar()
    /// The components that `-` stands for.
    public var defaults = Defaults()
    /// Bounds on what a client can ask for.
    public var limits = Limits()
    /// What callers may do with secrets.
    public var secrets = Secrets()
    /// What callers may do with the sidecar's metadata.
    public var metadata = Metadata()
    /// What apps' gRPC methods are called with.
    public var grpc = GRPC()
    /// The number of event loops, each with its thread; nil means one for each core, at most 8.
    public var shards: Int?
    /// What is written to standard error.
    public var log = Log()

    /// The defaults.
    public init() {}
}

/// How important a line of the log is.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// For those who look for a fault.
    case debug
    /// What an operator wants to know of normal life.
    case info
    /// What may become a problem.
    case warning
    /// What needs somebody.
    case error

    /// Orders by importance.
    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

/// How a line of the log looks.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `level message key=value ...`, for people.
    case text
    /// One JSON object a line.
    case json
}
