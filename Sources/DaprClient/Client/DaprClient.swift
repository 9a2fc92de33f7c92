public import EventLoop
import TLS

/// A client of one Dapr sidecar.
///
/// It keeps connections open and can be shared by any number of tasks. A client that was made
/// without a loop has a thread of its own, which lives until ``shutdown()``.
public final class DaprClient: Sendable {
    /// Every operation, with every parameter.
    public let api: any DaprAPI
    /// What can be asked without a task on the client's loop; nil over HTTP, which needs one.
    public let taskless: (any TasklessAPI)?
    private let pools: [DaprProtocol: SidecarPool]
    private let owner: ThreadOwner?
    /// Where the connections live.
    let loop: EventLoop

    // MARK: - Making one

    /// A client with a thread of its own.
    ///
    /// - Throws: `.invalidArgument` when the token cannot be sent, `.unavailable` when the system
    ///   gives no thread.
    public convenience init(configuration: Configuration) throws(DaprError) {
        let thread: LoopThread
        do throws(SystemError) {
            thread = try LoopThread(running: try EventLoop(), name: "dapr-client")
        } catch {
            throw DaprError(.unavailable, "the client cannot start: \(error)")
        }
        try self.init(
            configuration: configuration, loop: thread.loop, owner: ThreadOwner(thread))
    }

    /// A client with a thread of its own, for the sidecar that the environment names
    /// (``Configuration/fromEnvironment(_:host:httpPort:grpcPort:)``) unless it is given here.
    ///
    /// - Parameters:
    ///   - httpEndpoint: where the HTTP API is, such as `127.0.0.1:3500`.
    ///   - grpcEndpoint: where the gRPC API is, such as `127.0.0.1:50001`.
    ///   - protocol: which of them is used.
    ///   - apiToken: the sidecar's API token; nil leaves it to `DAPR_API_TOKEN`.
    /// - Throws: `.invalidArgument` for an endpoint, certificate or key that cannot be read,
    ///   `.notSupported` for a kind of endpoint that is not offered.
    public convenience init(
        httpEndpoint: String? = nil, grpcEndpoint: String? = nil,
        protocol: DaprProtocol = .http, apiToken: String? = nil
    ) throws(DaprError) {
        var environment = ProcessEnvironment.current
        // What is given here goes before the environment, so a variable that it replaces is not read.
        if let httpEndpoint { environment["DAPR_HTTP_ENDPOINT"] = httpEndpoint }
        if let grpcEndpoint { environment["DAPR_GRPC_ENDPOINT"] = grpcEndpoint }
        if let apiToken { environment["DAPR_API_TOKEN"] = apiToken }
        var configuration = try Configuration.fromEnvironment(environment)
        configuration.protocol = `protocol`
        try self.init(configuration: configuration)
    }

    /// A client on a loop that somebody else runs. Calls from tasks that are at home on that loop
    /// never leave its thread.
    public convenience init(
        configuration: Configuration, loop: EventLoop
    ) throws(DaprError) {
        try self.init(configuration: configuration, loop: loop, owner: nil)
    }

    private init(
        configuration: Configuration, loop: EventLoop, owner: ThreadOwner?
    ) throws(DaprError) {
        self.owner = owner
        self.loop = loop
        let observers = ObserverSettings(
            logger: configuration.logger, metrics: configuration.metrics)
        func pool(_ api: DaprProtocol) throws(DaprError) -> SidecarPool {
            let endpoint =
                api == .grpc ? configuration.grpcEndpoint : configuration.httpEndpoint
            var tls: (context: TLSContext, serverName: String)?
            if endpoint.usesTLS {
                tls = (
                    try configuration.tls.context(),
                    configuration.tls.serverName ?? endpoint.serverName
                )
            }
            return SidecarPool(
                to: endpoint, on: loop, dialTimeout: configuration.dialTimeout, tls: tls,
                allowsHTTP1: api == .http,
                policy: .init(maxConnections: configuration.maxConnections),
                keeping: owner,
                observedBy: { observers.observer(of: api, at: endpoint) })
        }
        let settings = TransportSettings(
            apiToken: configuration.apiToken, userAgent: configuration.userAgent,
            timeout: configuration.timeout, maxBodySize: configuration.maxBodySize,
            headerLimit: configuration.headerLimit,
            waitsForSidecar: configuration.waitsForSidecar)
        switch configuration.protocol {
        case .grpc:
            let grpc = try pool(.grpc)
            let transport = try GRPCTransport(pool: grpc, settings: settings)
            api = transport
            taskless = transport
            pools = [.grpc: grpc]
        case .http:
            let http = try pool(.http)
            api = try HTTPTransport(pool: http, settings: settings)
            taskless = nil
            pools = [.http: http]
        case .auto:
            let grpc = try pool(.grpc)
            let http = try pool(.http)
            let transport = try GRPCTransport(pool: grpc, settings: settings)
            api = AutoTransport(
                grpc: transport, http: try HTTPTransport(pool: http, settings: settings))
            taskless = transport
            pools = [.grpc: grpc, .http: http]
        }
    }

    // MARK: - The connections

    /// What the connections to each API do; no entry for an API that is not used.
    public var statistics: [DaprProtocol: ConnectionStatistics] {
        get async {
            var statistics: [DaprProtocol: ConnectionStatistics] = [:]
            for (api, pool) in pools { statistics[api] = await pool.statistics }
            return statistics
        }
    }

    /// Ends the pause after failed dials, in which calls fail at once: the next call dials. For
    /// those who know from elsewhere that the sidecar is back.
    public func leaveBackOff() async {
        for pool in pools.values { await pool.leaveBackOff() }
    }

    /// Closes the connections and ends the client's thread. Calls that are open fail, each once;
    /// later ones fail at once. Call it once. A client that is let go without it does the same
    /// without waiting, as soon as the last handle and call are gone.
    public func shutdown() async {
        for pool in pools.values { await pool.shutDown() }
        owner?.thread.join()
    }
}

/// A client's own thread, which the client and its connections hold: when the last of them is gone
/// without a shutdown, the thread goes as well.
private final class ThreadOwner: Sendable {
    let thread: LoopThread

    init(_ thread: LoopThread) {
        self.thread = thread
    }

    deinit {
        thread.detach()
    }
}
