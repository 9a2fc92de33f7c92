public import EventLoop

/// A development sidecar: Dapr's HTTP and gRPC APIs on real sockets, with everything in memory.
///
/// It lives on the loop that it is given, and serves as long as that runs.
public actor DevSidecar {
    /// Where the sidecar listens.
    public struct Addresses: Sendable {
        /// The HTTP API.
        public var http: SocketAddress
        /// The gRPC API.
        public var grpc: SocketAddress
        /// Health and metadata without a token, if configured.
        public var publicHTTP: SocketAddress?
    }

    private nonisolated let loop: EventLoop
    private nonisolated let configuration: SidecarConfiguration
    private let onShutdown: @Sendable (_ isForced: Bool) -> Void
    private var running: LoopBound<SidecarServer>?

    /// The loop's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    /// Makes a sidecar that waits to be started.
    ///
    /// - Parameters:
    ///   - configuration: what it offers and where.
    ///   - loop: whose thread it lives on.
    ///   - onShutdown: called when a client uses the shutdown API; a forced shutdown ends the real
    ///     sidecar with exit status 1. The sidecar itself goes on.
    public init(
        configuration: SidecarConfiguration, loop: EventLoop,
        onShutdown: @escaping @Sendable (_ isForced: Bool) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.loop = loop
        self.onShutdown = onShutdown
    }

    deinit {
        // On the loop's thread, whoever lets go last: connections belong to it.
        guard let running else { return }
        loop.execute { running.value.stop() }
    }

    private var server: SidecarServer? { running?.value }

    /// Opens the ports.
    ///
    /// - Returns: where it listens, with the real port numbers.
    public func start() throws -> Addresses {
        let server = try SidecarServer(
            configuration: configuration, loop: loop, onShutdown: onShutdown)
        running = LoopBound(server, on: loop)
        return server.addresses
    }

    /// Ends streamed calls, and closes all ports and connections. Call it before the loop stops.
    public func stop() async {
        let stopping = server
        running = nil
        await stopping?.drain()
    }

    /// How many connections are open; for tests that look for leaks.
    public var connectionCount: Int { server?.connectionCount ?? 0 }
}
