import EventLoop
import TLS

/// One API of one sidecar, for tasks: they call it, and what it owns stays on the loop's thread.
///
/// A task that already runs on that loop enters and leaves it without a hop.
actor SidecarPool {
    nonisolated let loop: EventLoop
    nonisolated let endpoint: SidecarEndpoint
    nonisolated let core: SidecarCore
    private let owner: (any Sendable)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    /// - Parameters:
    ///   - tls: the rules of TLS and the name that the certificate must be for.
    ///   - allowsHTTP1: whether HTTP/1.1 will do where the sidecar does not speak HTTP/2.
    ///   - owner: what has to stay for as long as the pool does.
    init(
        to endpoint: SidecarEndpoint, on loop: EventLoop, dialTimeout: Duration = .seconds(5),
        tls: (context: TLSContext, serverName: String)? = nil, allowsHTTP1: Bool = false,
        policy: ConnectionPool<Exchange>.Policy = .init(), keeping owner: (any Sendable)? = nil,
        observedBy observer: (@Sendable () -> PoolObserver?) = { nil }
    ) {
        self.loop = loop
        self.endpoint = endpoint
        self.owner = owner
        let route = SidecarRoute(
            to: endpoint, dialTimeout: dialTimeout, tls: tls, allowsHTTP1: allowsHTTP1)
        core = SidecarCore(by: route, on: loop, policy: policy, observer: observer())
    }

    deinit {
        // Whoever lets go last may be on any thread, and connections belong to the loop's.
        let core = core
        loop.executeAtHome { core.shutDown() }
    }

    /// Sends a request and waits for the response, or for its head where it is streamed.
    ///
    /// Not isolated, so that a task on the loop does not even ask whether it has to hop.
    @inline(__always)
    nonisolated func perform(_ request: ExchangeRequest) async -> Exchange.Outcome {
        guard !Task.isCancelled else {
            return .failure(DaprError(.cancelled, "the call was cancelled", isUnprocessed: true))
        }
        let exchange = Exchange(request, in: self)
        return await withTaskCancellationHandler {
            await suspend { start(exchange, continuation: $0) }
        } onCancel: {
            // From whatever thread; a queued call, so that it cannot come amid another one.
            loop.execute { exchange.cancel() }
        }
    }

    /// Sends a request for code on the loop, which has no task that could wait.
    nonisolated func begin(
        _ request: consuming ExchangeRequest,
        completion: @escaping (consuming Exchange.Outcome) -> Void
    ) -> PendingCall {
        let exchange = Exchange(request, in: self)
        exchange.hold(.function(completion))
        start(exchange)
        return PendingCall(exchange: exchange)
    }

    private nonisolated func start(
        _ exchange: Exchange, continuation: consuming OneShotContinuation<Exchange.Outcome>
    ) {
        exchange.hold(.task(continuation))
        if loop.isCurrent { start(exchange) } else { startOnLoop(exchange) }
    }

    /// Not part of the function above, where its closure would be allocated for every call.
    private nonisolated func startOnLoop(_ exchange: Exchange) {
        loop.execute { self.start(exchange) }
    }

    private nonisolated func start(_ exchange: Exchange) {
        loop.checkIsolated()
        // It may have been cancelled on its way here from another thread.
        guard !exchange.isOver else { return }
        exchange.begin()
        core.start(exchange)
    }

    /// Starts an exchange that nobody waits for: what it does shows in itself and in its channel.
    func open(_ request: ExchangeRequest) -> (Exchange, ByteChannel) {
        let exchange = Exchange(request, in: self)
        let channel = exchange.openChannel()
        start(exchange)
        return (exchange, channel)
    }

    /// Sends a request's streamed content as fast as the sidecar takes it.
    func upload(
        _ next: @Sendable () async throws -> [UInt8]?, for exchange: Exchange
    ) async {
        do {
            while let chunk = try await next() {
                if !exchange.send(chunk) {
                    await withCheckedContinuation { exchange.waitForChange($0) }
                }
                if exchange.isOver { return }
            }
            exchange.endUpload()
        } catch {
            exchange.fail(
                DaprError(.cancelled, "the request's content could not be read: \(error)"))
        }
    }

    /// The sidecar is there, so that the next call dials.
    func leaveBackOff() {
        core.leaveBackOff()
    }

    /// Closes every connection; each call that is open fails once.
    func shutDown() {
        core.shutDown()
    }

    /// What is going on.
    var statistics: ConnectionStatistics { core.snapshot }
}
