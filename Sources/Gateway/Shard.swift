import DaprClient
import EventLoop
import GatewayRoutes
import HTTPMessage
import HTTPServer
import HTTPTypes

/// One thread's share of the gateway: a server, the routes and a client of the sidecar.
///
/// A request's whole journey is `serve`, and `begin` or `answer` for those that have to wait.
actor Shard {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    private let facade: Facade
    private let client: DaprClient
    private let upstream: Upstream
    private let log: Log
    private var server: HTTPServer?
    private var ids = RequestIDs(seed: .random(in: .min ... .max))
    private var requests = RequestTable()
    private var meters = Meters()
    /// Where the requests of each route are counted.
    private var places: [ObjectIdentifier: Meters.Place] = [:]
    private var deadlineTimer: LoopTimer?
    private var isReady = false
    private var onDrained: CheckedContinuation<Void, Never>?

    init(loop: EventLoop, facade: Facade, client: DaprClient, log: Log) {
        self.loop = loop
        self.facade = facade
        self.client = client
        upstream = Upstream(
            api: client.api, executor: loop, configuration: { client.configuration($0) })
        self.log = log
    }

    // MARK: - A request

    private func serve(_ exchange: Exchange) {
        let request = exchange.request
        let id = ids.id(for: request)
        let tag = requests.begin(id, at: loop.now)
        exchange.tag = tag
        do throws(GatewayError) {
            let match = try facade.match(request)
            requests[tag].route = match.route
            let context = try facade.open(match, id: id, upstream: upstream, isReady: isReady)
            switch context.route.handler {
            case .immediate(let handle):
                respond(to: exchange, tag, with: try handle(context), context)
            case .deferred(let handle):
                answer(exchange, tag, context, handle)
            case .unary(let handler):
                if let dapr = client.taskless {
                    try begin(exchange, tag, context, handler, dapr)
                } else {
                    answer(exchange, tag, context, handler.perform)
                }
            }
        } catch {
            respond(to: exchange, tag, with: Response(error, instance: id), nil)
        }
    }

    /// Begins the one call that the request needs; its end, in whatever way, answers the request.
    ///
    /// The call's own deadline is the request's, so that no other one has to be watched.
    private func begin(
        _ exchange: Exchange, _ tag: Int, _ context: RequestContext, _ handler: UnaryHandler,
        _ dapr: any TasklessAPI
    ) throws(GatewayError) {
        let call = try handler.begin(context, dapr) {
            (result: consuming Result<Response, GatewayError>) in
            switch consume result {
            case .success(let response):
                self.respond(to: exchange, tag, with: response, context)
            case .failure(let error):
                self.respond(
                    to: exchange, tag, with: Response(error, instance: context.id), context)
            }
        }
        guard let call, !exchange.isAnswered else { return }
        exchange.onCancel = { call.cancel() }
    }

    /// Answers in a task of its own, which ends early when the client hangs up or time is up.
    private func answer(
        _ exchange: Exchange, _ tag: Int, _ context: RequestContext,
        _ handle: @escaping @Sendable (RequestContext) async throws(GatewayError) -> Response
    ) {
        let task = Task.immediate(executorPreference: loop) {
            var response: Response
            do throws(GatewayError) {
                response = try await handle(context)
            } catch {
                response = Response(error, instance: context.id)
            }
            self.respond(to: exchange, tag, with: response, context)
        }
        exchange.onCancel = { task.cancel() }
        // A streamed body takes as long as it takes; the server watches that it moves.
        if case .stream = context.route.body { return }
        requests.limit(
            tag, RequestRecord.Limit(task: task, exchange: exchange, context: context),
            timeout: context.timeout + context.wait + Self.grace)
        watchDeadlines()
    }

    /// Ends a request whose time is up.
    private func expire(_ tag: Int, _ limit: RequestRecord.Limit) {
        limit.task.cancel()
        let error = GatewayError(.deadlineExceeded, "the request took too long")
        respond(
            to: limit.exchange, tag, with: Response(error, instance: limit.context.id),
            limit.context)
    }

    /// The client's own deadline comes first and knows more about what took so long.
    private static let grace = Duration.milliseconds(100)

    /// Looks now and then for requests whose time is up. One timer for all of them: this is the net
    /// under the deadlines of single calls, which have timers of their own.
    private func watchDeadlines() {
        guard deadlineTimer == nil else { return }
        deadlineTimer = loop.schedule(after: Self.grace) {
            self.deadlineTimer = nil
            for (tag, limit) in self.requests.expired(at: self.loop.now) {
                self.expire(tag, limit)
            }
            if !self.requests.isEmpty { self.watchDeadlines() }
        }
    }

    private func respond(
        to exchange: Exchange, _ tag: Int, with response: consuming Response,
        _ context: RequestContext?
    ) {
        // A task may come to its end after its client left or its time was up.
        guard !exchange.isAnswered, !exchange.isCancelled else { return }
        let request = requests[tag]
        let sidecar = context?.sidecarTime ?? .zero
        // The sidecar's time is measured by a clock that goes on while the machine sleeps.
        let gateway = max(.zero, loop.now - request.start - sidecar)
        response.negotiate(for: exchange.request, route: request.route, id: request.id)
        response.decorate(id: request.id, sidecar: sidecar, gateway: gateway)
        meters.droppedFields += context?.droppedFields ?? 0
        exchange.respond(response)
    }

    /// The response is with the kernel, or nobody wants it any more.
    private func finished(_ summary: ExchangeSummary) {
        // Without a tag it was refused, or its client left, before its body was complete.
        guard let tag = summary.tag else {
            return record(summary, id: "-", route: nil, duration: .zero)
        }
        let request = requests[tag]
        record(
            summary, id: request.id, route: request.route, duration: loop.now - request.start)
        requests.end(tag)
    }

    private func record(
        _ summary: ExchangeSummary, id: String, route: Route?, duration: Duration
    ) {
        let method = summary.request.method.rawValue
        meters.record(
            at: place(of: route), method: method,
            code: summary.status ?? ProblemType.clientGone.row.status, duration: duration)
        log(
            .requestFinished(
                id: id, method: method, route: RequestRecord.template(of: route),
                status: summary.status,
                duration: duration, peer: summary.request.peer.address), level: .debug)
    }

    private func place(of route: Route?) -> Meters.Place {
        guard let route else { return meters.place(of: RequestRecord.noRoute) }
        if let place = places[ObjectIdentifier(route)] { return place }
        let place = meters.place(of: route.template.description)
        // OPTIONS makes routes of its own, which come and go; only those of the table stay.
        if facade.table.routes.contains(where: { $0 === route }) {
            places[ObjectIdentifier(route)] = place
        }
        return place
    }

    // MARK: - What the server asks

    private func disposition(of request: Request) -> BodyDisposition {
        do throws(GatewayError) {
            switch try facade.bodyPolicy(for: request) {
            case .none: return .buffer(limit: Self.ignoredBodyBytes)
            case .buffer: return .buffer(limit: facade.settings.bodyLimit)
            case .stream: return .stream(limit: facade.settings.bodyLimit)
            }
        } catch {
            // Who asks before sending is told at once. Others are sending by now: they are heard out,
            // so that their connections last.
            guard request.fields.contains(.expect) else {
                return .buffer(limit: facade.settings.bodyLimit)
            }
            return .refuse(response(to: request, refusedBy: error))
        }
    }

    /// How much is read of a body that means nothing.
    private static let ignoredBodyBytes = 4 << 10

    /// The answer to a request that never becomes an exchange.
    private func response(to request: Request?, refusedBy error: GatewayError) -> Response {
        let id = request.map { ids.id(for: $0) } ?? "-"
        var response = Response(error, instance: id)
        response.decorate(id: id, sidecar: .zero, gateway: .zero)
        return response
    }

    private func refusal(_ refusal: ServerRefusal, _ request: Request?) -> Response {
        var error = GatewayError(refusal)
        if case .bodyTooLarge = refusal, let request,
            (try? facade.bodyPolicy(for: request)) == .some(.none)
        {
            error.message = "the request has a large body, which means nothing here"
        }
        let response = response(to: request, refusedBy: error)
        // A connection that is turned away has no exchange that `finished` could count.
        if request == nil {
            meters.record(
                at: place(of: nil), method: "other", code: response.status.code, duration: .zero)
        }
        return response
    }

    // MARK: - From start to stop

    /// Starts the server, which listens nowhere yet.
    func start(limits: Configuration.Limits, shards: Int) throws(SystemError) {
        var configuration = HTTPServer.Configuration()
        configuration.connections = max(1, limits.connections / shards)
        configuration.headerBytes = limits.headers.bytes
        configuration.targetBytes = min(limits.headers.bytes, 16 << 10)
        // What is cleared after each request, so not much more than a head just over the limits takes
        // (64 bytes per field beside its text): those are answered here, and not by libmicrohttpd.
        configuration.connectionMemory = max(16 << 10, limits.headers.bytes + (8 << 10))
        // The closures keep this actor alive until `shutdown()` of the server lets go of them.
        let handler = ServerCallbacks(
            body: { self.disposition(of: $0) }, received: { self.serve($0) },
            refused: { self.refusal($0, $1) }, finished: { self.finished($0) })
        let server = try HTTPServer(loop: loop, configuration: configuration, handler: handler)
        server.onDiagnostic = { [log] text in log(.serverDiagnostic(text)) }
        server.onIdle = { self.onDrained.take()?.resume() }
        self.server = server
    }

    /// Opens a listening socket.
    ///
    /// - Parameter isShared: whether other shards listen on the same TCP port.
    /// - Returns: the address with its real port.
    func listen(on address: SocketAddress, isShared: Bool) throws(SystemError) -> SocketAddress {
        try listen(on: Listener(on: address, isShared: isShared))
    }

    /// Accepts connections from a socket, which other shards may share.
    func listen(on listener: consuming Listener) throws(SystemError) -> SocketAddress {
        let address = listener.address
        try server?.listen(on: listener)
        return address
    }

    /// What `/healthz` says.
    func setReady(_ ready: Bool) {
        isReady = ready
    }

    /// The sidecar is there: calls may dial again.
    func leaveBackOff() async {
        await client.leaveBackOff()
    }

    /// Stops accepting. Connections that are open may finish what they began.
    func quiesce() {
        server?.quiesce()
    }

    /// Returns when every request is answered, or cut off.
    func drain() async {
        guard inFlight > 0 else { return }
        await withCheckedContinuation { onDrained = $0 }
    }

    /// Ends every request and connection of clients.
    func cutOff() {
        server?.shutdown()
        if let deadlineTimer { loop.cancel(deadlineTimer) }
        deadlineTimer = nil
        server = nil
    }

    /// Closes everything. Once.
    func stop() async {
        cutOff()
        await client.shutdown()
    }

    /// Requests that are being read, wait for an answer or are being answered.
    var inFlight: Int { server?.exchangeCount ?? 0 }

    /// The numbers of this shard.
    func metrics() async -> Metrics {
        var metrics = Metrics()
        metrics.meters = meters
        metrics.meters.inFlight = inFlight
        metrics.clientConnections = server?.connectionCount ?? 0
        metrics.sidecar = await client.statistics
        return metrics
    }
}

/// A request of a shard that is not finished. Its object is used for later requests again.
final class RequestRecord {
    /// What ends when the time of a request is up.
    struct Limit {
        let task: Task<Void, Never>
        let exchange: Exchange
        let context: RequestContext
    }

    fileprivate(set) var id = "-"
    fileprivate(set) var start = MonotonicTime(nanoseconds: 0)
    var route: Route?
    /// When its time is up, and what ends then.
    fileprivate var deadline = MonotonicTime(nanoseconds: .max)
    fileprivate var limit: Limit?

    /// The route's template, for labels and logs.
    static func template(of route: Route?) -> String { route?.template.description ?? noRoute }

    /// What stands for a request that matched no route.
    static let noRoute = "none"
}

/// The requests of one shard that are not finished; a request's tag is its place in here.
struct RequestTable {
    private var records: [RequestRecord] = []
    private var free: [Int] = []

    var isEmpty: Bool { records.count == free.count }

    subscript(tag: Int) -> RequestRecord { records[tag] }

    /// Limits the time of a request, from its start on.
    func limit(_ tag: Int, _ limit: RequestRecord.Limit, timeout: Duration) {
        let record = records[tag]
        record.deadline = record.start + timeout
        record.limit = limit
    }

    /// The requests whose time is up at `now`, each once.
    func expired(at now: MonotonicTime) -> [(tag: Int, RequestRecord.Limit)] {
        records.indices.compactMap { tag in
            guard records[tag].deadline <= now else { return nil }
            return records[tag].limit.take().map { (tag, $0) }
        }
    }

    mutating func begin(_ id: String, at start: MonotonicTime) -> Int {
        let tag: Int
        if let freed = free.popLast() {
            tag = freed
        } else {
            tag = records.count
            records.append(RequestRecord())
        }
        records[tag].id = id
        records[tag].start = start
        return tag
    }

    /// Lets go of what belongs to a request, after its record was used for the last time.
    mutating func end(_ tag: Int) {
        let record = records[tag]
        record.route = nil
        record.limit = nil
        record.deadline = MonotonicTime(nanoseconds: .max)
        free.append(tag)
    }
}
