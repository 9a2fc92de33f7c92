import EventLoop
import HTTP2

/// Carries out what the pool decides: holds the connections of one API of one sidecar and runs
/// exchanges on them.
///
/// Belongs to the loop's thread; `SidecarPool` is the door to it for tasks.
///
/// Sound as Sendable: other threads only carry the reference, to make an exchange with it.
final class SidecarCore: @unchecked Sendable {
    let loop: EventLoop
    let deadlines: Deadlines
    private let endpoint: SidecarEndpoint
    private let dialTimeout: Duration
    private var machine: ConnectionPool<Exchange>
    private var connections: [Int: SidecarConnection] = [:]
    private var statistics = ConnectionStatistics()
    /// Hears what happens; nil when nobody wants to know.
    let observer: PoolObserver?

    init(
        to endpoint: SidecarEndpoint, on loop: EventLoop, dialTimeout: Duration,
        policy: ConnectionPool<Exchange>.Policy, observer: PoolObserver?
    ) {
        self.endpoint = endpoint
        self.loop = loop
        deadlines = Deadlines(on: loop)
        self.dialTimeout = dialTimeout
        self.observer = observer
        machine = ConnectionPool(policy: policy)
    }

    // MARK: - Exchanges

    func start(_ exchange: Exchange) {
        let isProbe = exchange.request.isProbe
        switch machine.take(exchange, now: loop.now, isProbe: isProbe) {
        case .run(let id): run(exchange, on: id)
        case .wait: exchange.place = .waiting
        case .waitAndDial(let id):
            exchange.place = .waiting
            dial(id)
        case .fail(let reason): exchange.fail(.unreachable(reason))
        }
    }

    func withdraw(_ exchange: Exchange) {
        machine.withdraw(exchange)
    }

    private func run(_ exchange: Exchange, on id: Int) {
        guard let connection = connections[id] else {
            preconditionFailure("the pool chose a connection that does not exist")
        }
        do throws(HTTP2Error) {
            try exchange.run(on: connection)
        } catch {
            refused(exchange, on: connection, error)
        }
    }

    /// The connection did not open a stream: nothing was sent, so the call can go elsewhere.
    private func refused(
        _ exchange: Exchange, on connection: SidecarConnection, _ error: HTTP2Error
    ) {
        switch error.kind {
        case .headerListTooLarge:
            exchange.fail(DaprError(.tooLarge, "the request's header fields are too long"))
            freeStream(of: connection)
        case .streamLimitReached:
            exchange.place = .waiting
            perform(
                machine.refused(
                    exchange, by: connection.id, limit: connection.openStreamCount,
                    now: loop.now))
        default:
            perform(machine.retire(connection.id, now: loop.now))
            freeStream(of: connection)
            start(exchange)
        }
    }

    /// A stream of an exchange is over; `closure` says how.
    func ended(_ exchange: Exchange, on connection: SidecarConnection, _ closure: StreamClosure) {
        freeStream(of: connection)
        guard !exchange.isOver else { return }
        if closure.isUnprocessed, exchange.isRepeatable {
            statistics.retries += 1
            observer?.retried(exchange.request.head)
            exchange.place = .new
            start(exchange)
        } else {
            exchange.fail(DaprError(closure, isDeadlineNear: exchange.isDeadlineNear))
        }
    }

    private func freeStream(of connection: SidecarConnection) {
        if let action = machine.streamEnded(on: connection.id) { perform([action]) }
    }

    // MARK: - Connections

    private func dial(_ id: Int) {
        let connection = SidecarConnection(
            id: id, to: endpoint, on: loop, dialTimeout: dialTimeout, owner: self)
        connections[id] = connection
        statistics.dials += 1
        connection.dial()
    }

    private func perform(_ actions: [ConnectionPool<Exchange>.Action]) {
        for action in actions {
            switch action {
            case .dial(let id): dial(id)
            case .run(let exchange, let id): run(exchange, on: id)
            case .fail(let exchange, let reason):
                exchange.place = .over
                exchange.fail(.unreachable(reason))
            case .close(let id): connections[id]?.close("the connection is not needed any more")
            }
        }
    }

    /// The sidecar is there, so that the next call dials.
    func leaveBackOff() {
        machine.leaveBackOff()
    }

    /// Ends every exchange and connection, each once.
    func shutDown() {
        perform(machine.shutDown())
        deadlines.stop()
    }

    /// What is going on now, and was up to now.
    var snapshot: ConnectionStatistics {
        var snapshot = statistics
        snapshot.connections = machine.readyCount
        snapshot.waiting = machine.waitingCount
        snapshot.openStreams = connections.values.reduce(0) { $0 + $1.openStreamCount }
        return snapshot
    }
}

extension SidecarCore: SidecarConnectionOwner {
    func connected(_ connection: SidecarConnection) {
        statistics.connected += 1
        observer?.connected(connection.id)
        perform(machine.connected(connection.id))
    }

    func settled(_ connection: SidecarConnection) {
        perform(
            machine.settled(
                connection.id, streamLimit: connection.streamLimit, now: loop.now))
    }

    func retired(_ connection: SidecarConnection) {
        perform(machine.retire(connection.id, now: loop.now))
    }

    func closed(_ connection: SidecarConnection, _ reason: String, wasConnected: Bool) {
        if !wasConnected { statistics.failedDials += 1 }
        observer?.closed(connection.id, reason, wasConnected: wasConnected)
        connections[connection.id] = nil
        perform(
            machine.closed(
                connection.id, reason, now: loop.now, jitter: .random(in: 0..<1)))
    }
}
