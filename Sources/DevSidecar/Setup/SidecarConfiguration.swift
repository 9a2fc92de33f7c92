public import EventLoop
public import TLS

/// How a development sidecar is set up.
public struct SidecarConfiguration: Sendable {
    /// The app that the sidecar belongs to.
    public struct App: Sendable {
        /// Its port on 127.0.0.1.
        public var port: UInt16
        /// Whether it speaks gRPC rather than HTTP.
        public var isGRPC: Bool

        /// Describes an app.
        public init(port: UInt16, isGRPC: Bool = false) {
            self.port = port
            self.isGRPC = isGRPC
        }
    }

    /// The id of the app.
    public var appID: String
    /// Where the HTTP API listens; port 0 lets the kernel choose.
    public var httpAddress = SocketAddress.ip("127.0.0.1", port: 0)
    /// Where the gRPC API listens.
    public var grpcAddress = SocketAddress.ip("127.0.0.1", port: 0)
    /// Where health and metadata are served without a token; nil for nowhere.
    public var publicAddress: SocketAddress?
    /// The certificate and key with which all ports speak TLS, which daprd itself does not: for trying
    /// clients out without a proxy in between.
    public var tls: TLSContext.Identity?
    /// Whose certificates clients must show then; nil demands none.
    public var tlsClients: TLSContext.Trust?
    /// The app, if there is one outside this process. It is waited for; then it is called, gets the
    /// events that it subscribes to and its jobs, and hosts actors.
    public var app: App?
    /// The apps in this process: the sidecar's own if it has the id of the sidecar, and others.
    public var localApps = LocalApps()
    /// What the sidecar offers.
    public var components: [Component]
    /// The token that every API call must carry.
    public var apiToken: String?
    /// Origins that CORS allows, with `*` as a wildcard; none turns CORS off.
    public var allowedOrigins: [String] = []
    /// Whether the sidecar makes spans of its own (sampling rate 1).
    public var isTracing = false
    /// Whether there are actors, and workflows on top of them (a placement service).
    public var hasPlacement = true
    /// Whether there are jobs, and reminders of actors (a scheduler).
    public var hasScheduler = true
    /// Whether the HTTP port also speaks HTTP/2.
    public var allowsH2C = true
    /// The longest content of a request, and message of gRPC, in bytes.
    public var maxBodySize = 4 << 20
    /// Time added to each call.
    public var latency: Duration = .zero
    /// How many calls are worked on at a time; the others wait.
    public var maxConcurrency: Int?
    /// The environment of secret stores.
    public var environment: [String: String] = [:]

    /// Listens on unix sockets instead of ports, named as daprd's `--unix-domain-socket` does.
    ///
    /// - Parameter directory: where the sockets are made.
    public mutating func listen(inDirectory directory: String) {
        httpAddress = .unix(path: "\(directory)/dapr-\(appID)-http.socket")
        grpcAddress = .unix(path: "\(directory)/dapr-\(appID)-grpc.socket")
    }

    /// A sidecar of an app, with these components.
    public init(appID: String, components: [Component] = []) {
        self.appID = appID
        self.components = components
    }
}
