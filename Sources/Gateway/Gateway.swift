import DaprClient
public import EventLoop
import GatewayRoutes
import HTTPMessage
import HTTPServer

/// The gateway: its shards, its admin listener and what it knows of the sidecar.
///
/// It lives on the first shard's loop. `start()` and `stop()` once each, in this order.
public actor Gateway {
    /// Where the gateway listens, with real ports.
    public struct Addresses: Sendable, Hashable {
        /// The facade.
        public var listen: [SocketAddress] = []
        /// Health and metrics.
        public var admin: [SocketAddress] = []
    }

    /// The first shard's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { home.executor }

    private nonisolated let home: EventLoop
    private nonisolated let threads: [LoopThread]
    private let configuration: Configuration
    private let log: Log
    private let shards: [Shard]
    private let prober: DaprClient
    private var readiness: ReadinessProbe?
    private var admin: HTTPServer?
    private let startTime = ProcessStatistics.wallClockSeconds
    private var isStopping = false

    /// Builds the gateway and starts its threads; it listens nowhere yet.
    ///
    /// - Parameters:
    ///   - configuration: every setting.
    ///   - environment: where the sidecar is, if the configuration does not say.
    ///   - log: where observations go; by default as the configuration says, to the standard error.
    /// - Throws: `ConfigurationError` when the sidecar's address or token cannot be used.
    public init(
        _ configuration: Configuration, environment: [String: String] = [:], log: Log? = nil
    ) throws {
        self.configuration = configuration
        self.log = log ?? Log(configuration.log)
        let sidecar = try configuration.client(environment: environment)
        let count = max(1, configuration.shards ?? min(8, ProcessStatistics.processorCount))
        let loops = try (0..<count).map { _ in try EventLoop() }
        var settings = configuration.facadeSettings
        settings.descriptors = try configuration.descriptors()
        let facade = Facade(settings: settings)
        shards = try loops.map { [log = self.log] loop in
            Shard(
                loop: loop, facade: facade,
                client: try DaprClient(configuration: sidecar, loop: loop),
                log: log)
        }
        home = loops[0]
        prober = try DaprClient(configuration: sidecar, loop: home)
        threads = try Self.threads(running: loops)
    }

    /// A thread for each loop; when the system gives too few, none is left.
    private static func threads(running loops: [EventLoop]) throws(SystemError) -> [LoopThread] {
        var threads: [LoopThread] = []
        do throws(SystemError) {
            for (index, loop) in loops.enumerated() {
                threads.append(try LoopThread(running: loop, name: "shard-\(index)"))
            }
        } catch {
            for thread in threads { thread.join() }
            throw error
        }
        return threads
    }

    // MARK: - Start

    /// Listens and serves.
    ///
    /// - Throws: `StartError` when an address cannot be listened on, `CancellationError` when `stop()`
    ///   came first; nothing is left running then but the threads, which `joinThreads()` ends.
    public func start() async throws -> Addresses {
        var addresses = Addresses()
        do {
            for shard in shards {
                // Whatever was waited for, `stop()` may have come meanwhile.
                try checkIsWanted()
                try await shard.start(limits: configuration.limits, shards: shards.count)
            }
            for address in configuration.listen {
                try checkIsWanted()
                addresses.listen.append(try await listen(on: address))
            }
            try checkIsWanted()
            addresses.admin = try startAdmin()
        } catch {
            await stop(drain: .zero)
            throw error
        }
        startProbing()
        log(
            .started(
                listen: addresses.listen, admin: addresses.admin, shards: shards.count))
        return addresses
    }

    private func checkIsWanted() throws(CancellationError) {
        guard !isStopping else { throw CancellationError() }
    }

    /// Every shard has its own socket on a TCP port; a unix socket is one socket for all.
    private func listen(on address: SocketAddress) async throws -> SocketAddress {
        do throws(SystemError) {
            if address.port == nil {
                let listener = try Listener(on: address)
                for shard in shards.dropFirst() {
                    _ = try await shard.listen(on: listener.duplicate())
                }
                return try await shards[0].listen(on: listener)
            }
            // A port that is shared can be shared by another process of the same user, too, such as
            // a gateway that was started twice. Only listening alone tells.
            if shards.count > 1, address.port != 0 { _ = try Listener(on: address) }
            // The first shard finds a port if any will do; the others share it.
            var real = address
            for shard in shards {
                real = try await shard.listen(on: real, isShared: shards.count > 1)
            }
            return real
        } catch {
            throw StartError(address: address, error: error)
        }
    }

    private func startAdmin() throws -> [SocketAddress] {
        let routes = AdminRoutes(
            notReadyBecause: { self.notReadyReason }, metrics: { await self.metricsText() })
        let handler = ServerCallbacks(
            body: { _ in .buffer(limit: 4096) },
            received: { exchange in
                if let response = routes.immediate(exchange.request) {
                    return exchange.respond(response)
                }
                Task.immediate(executorPreference: self.home) {
                    exchange.respond(await routes.deferred())
                }
            },
            refused: { refusal, _ in Response(GatewayError(refusal), instance: "-") },
            finished: { _ in })
        var settings = HTTPServer.Configuration()
        settings.connections = 64
        let server = try HTTPServer(loop: home, configuration: settings, handler: handler)
        admin = server
        var addresses: [SocketAddress] = []
        for address in configuration.admin.listen {
            do throws(SystemError) {
                let listener = try Listener(on: address)
                addresses.append(listener.address)
                try server.listen(on: listener)
            } catch {
                throw StartError(address: address, error: error)
            }
        }
        return addresses
    }

    // MARK: - Readiness

    private func startProbing() {
        readiness = ReadinessProbe(
            loop: home,
            check: { () async throws(DaprError) in
                try await self.prober.api.checkHealth(
                    outbound: true, options: CallOptions(timeout: .seconds(2)))
                // Health checks need no token, so a wrong one would show in the first request only.
                if self.readiness?.state != .ready {
                    _ = try await self.prober.api.getMetadata(
                        options: CallOptions(timeout: .seconds(2)))
                }
                // Before anybody is told, so that ready means every shard. After each check: they
                // may have missed the sidecar between two of them.
                for shard in self.shards { await shard.leaveBackOff() }
            },
            changed: { state in
                switch state {
                case .ready: self.log(.sidecarReady)
                case .notReady(let reason): self.log(.sidecarNotReady(reason: reason))
                }
            })
        probe()
    }

    private func probe() {
        Task.immediate(executorPreference: home) {
            guard let readiness = self.readiness else { return }
            let before = readiness.state
            await readiness.run()
            if readiness.state != before { await self.tellShards() }
            readiness.scheduleNext { self.probe() }
        }
    }

    private func tellShards() async {
        let isReady = readiness?.state == .ready && !isStopping
        for shard in shards { await shard.setReady(isReady) }
    }

    private var notReadyReason: String? {
        if isStopping { return "the gateway is stopping" }
        return switch readiness?.state {
        case .ready: nil
        case .notReady(let reason): reason
        case nil: "the gateway is starting"
        }
    }

    // MARK: - Metrics

    private func metricsText() async -> String {
        var metrics = Metrics()
        metrics.isSidecarReady = readiness?.state == .ready
        metrics.startTime = startTime
        for shard in shards { metrics.add(await shard.metrics()) }
        return metrics.text(process: .current())
    }

    // MARK: - Stop

    /// Stops accepting, lets requests in flight finish, cuts off the rest, closes everything.
    ///
    /// - Parameters:
    ///   - signal: what asked for it, for the log.
    ///   - limit: how long requests may take; nil as configured.
    public func stop(signal: String = "none", drain limit: Duration? = nil) async {
        guard !isStopping else { return }
        isStopping = true
        log(.stopping(signal: signal, requestsInFlight: await inFlight))
        await tellShards()
        let timer = home.schedule(after: limit ?? configuration.limits.drain) {
            Task.immediate(executorPreference: self.home) { await self.cutOff() }
        }
        for shard in shards { await shard.quiesce() }
        for shard in shards { await shard.drain() }
        home.cancel(timer)
        readiness?.stop()
        readiness = nil
        for shard in shards { await shard.stop() }
        await prober.shutdown()
        admin?.shutdown()
        admin = nil
        log(.stopped)
    }

    private func cutOff() async {
        let inFlight = await inFlight
        if inFlight > 0 { log(.drainTimedOut(requestsInFlight: inFlight)) }
        for shard in shards { await shard.cutOff() }
    }

    private var inFlight: Int {
        get async {
            var sum = 0
            for shard in shards { sum += await shard.inFlight }
            return sum
        }
    }

    /// Ends the threads. After `stop()`, and from none of them.
    public nonisolated func joinThreads() {
        for thread in threads { thread.join() }
    }
}

/// An address that the gateway cannot listen on.
public struct StartError: Error, Sendable, CustomStringConvertible {
    /// The address.
    public let address: SocketAddress
    /// Why not.
    public let error: SystemError

    /// `cannot listen on 127.0.0.1:8080: bind: Address already in use (98)`.
    public var description: String { "cannot listen on \(address): \(error)" }
}
