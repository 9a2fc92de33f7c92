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
    private let route: SidecarRoute
    private var machine: ConnectionPool<Exchange>
    private var connections: [Int: SidecarConnection] = [:]
    private var statistics = ConnectionStatistics()
    private var budget = RetryBudget()
    /// Made for the first call that waits for an absent sidecar.
    private var room: WaitingRoom?
    /// Hears what happens; nil when nobody wants to know.
    let observer: PoolObserver?

    init(
        by route: SidecarRoute, on loop: EventLoop, policy: ConnectionPool<Exchange>.Policy,
        observer: PoolObserver?
    ) {
        self.route = route
        self.loop = loop
        deadlines = Deadlines(on: loop)
        self.observer = observer
        machine = ConnectionPool(policy: policy)
    }

    // MARK: - Exchanges

    func start(_ exchange: Exchange) {
        budget.addCall()
        place(exchange, isProbe: exchange.request.isProbe)
    }

    /// Finds a place for a call.
    private func place(_ exchange: Exchange, isProbe: Bool) {
        switch machine.take(exchange, now: loop.now, isProbe: isProbe) {
        case .run(let id): run(exchange, on: id)
        case .wait: exchange.place = .waiting
        case .waitAndDial(let id):
            exchange.place = .waiting
            dial(id)
        case .fail(let reason): cannotReach(reason, for: exchange)
        }
    }

    func withdraw(_ exchange: Exchange) {
        machine.withdraw(exchange)
        room?.remove(exchange)
    }

    /// There is no connection to be had now.
    private func cannotReach(_ reason: String, for exchange: Exchange) {
        guard exchange.request.waitsForSidecar, !machine.isClosed, !exchange.isOver else {
            exchange.place = .over
            return exchange.fail(.unreachable(reason))
        }
        exchange.place = .waiting
        exchange.obstacle = reason
        let room =
            self.room
            ?? WaitingRoom(on: loop) { [unowned self] in place($0, isProbe: true) }
        self.room = room
        room.add(exchange)
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
            place(exchange, isProbe: exchange.request.isProbe)
        }
    }

    /// A stream of an exchange is over; `closure` says how.
    func ended(_ exchange: Exchange, on connection: SidecarConnection, _ closure: StreamClosure) {
        freeStream(of: connection)
        guard !exchange.isOver else { return }
        if exchange.isRepeatable(after: closure), budget.take(now: loop.now) {
            statistics.retries += 1
            observer?.retried(exchange.request.head)
            exchange.place = .new
            place(exchange, isProbe: exchange.request.isProbe)
        } else {
            exchange.fail(DaprError(closure, isDeadlineNear: exchange.isDeadlineNear))
        }
    }

    private func freeStream(of connection: SidecarConnection) {
        if let action = machine.streamEnded(on: connection.id) { perform([action]) }
    }

    // MARK: - Connections

    private func dial(_ id: Int) {
        let connection = SidecarConnection(id: id, by: route, on: loop, owner: self)
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
                cannotReach(reason, for: exchange)
            case .close(let id): connections[id]?.close("the connection is not needed any more")
            }
        }
    }

    /// The sidecar is there, so that the next call dials.
    func leaveBackOff() {
        machine.leaveBackOff()
        room?.open()
    }

    /// Ends every exchange and connection, each once.
    func shutDown() {
        perform(machine.shutDown())
        for exchange in room?.close() ?? [] {
            cannotReach("the client is shut down", for: exchange)
        }
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
        room?.open()
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
