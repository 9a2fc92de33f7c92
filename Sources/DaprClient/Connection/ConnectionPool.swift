import DequeModule
import EventLoop

/// Decides which connection takes a call, when to dial, when to wait and when to give up.
///
/// It knows no socket and no clock: it is told what happened and when, and returns what is to be
/// done. One connection serves all calls until its stream limit is reached; then a few more are
/// made. After a failed dial nothing is tried for a while, and calls fail at once.
///
/// Connections end for good reasons too (GOAWAY after three idle minutes), so losing one that
/// worked is no failure: the next call dials.
struct ConnectionPool<Call: Equatable>: ~Copyable {
    typealias ConnectionID = Int

    /// The limits of a pool.
    struct Policy: Sendable {
        var maxConnections = 4
        var maxWaiting = 10_000
        var firstBackOff: Duration = .milliseconds(100)
        var maxBackOff: Duration = .seconds(10)
    }

    /// What becomes of a new call.
    enum Decision: Equatable {
        case run(on: ConnectionID)
        case wait
        /// The call waits, and this connection is to be dialled for it.
        case waitAndDial(ConnectionID)
        case fail(String)
    }

    /// What is to be done after something happened.
    enum Action: Equatable {
        case dial(ConnectionID)
        case run(Call, on: ConnectionID)
        case fail(Call, String)
        case close(ConnectionID)
    }

    private struct Connection {
        enum State {
            case dialing
            case ready
            /// Takes no new calls; those that run go on.
            case draining
        }

        let id: ConnectionID
        var state = State.dialing
        var open = 0
        /// What HTTP/2 assumes until the peer's SETTINGS come.
        var limit = 100
        /// The peer's SETTINGS came, so it speaks HTTP/2 and was alive.
        var isProven = false

        var hasRoom: Bool { state == .ready && open < limit }
    }

    private let policy: Policy
    private var connections: [Connection] = []
    private var waiting: Deque<Call> = []
    private var dialled = 0
    private var failures = 0
    private var retryAt: MonotonicTime?
    private var lastFailure = ""
    private(set) var isClosed = false

    init(policy: Policy = Policy()) {
        self.policy = policy
    }

    /// How many calls wait for a connection or a stream.
    var waitingCount: Int { waiting.count }

    /// How many connections can take calls.
    var readyCount: Int { connections.count { $0.state == .ready } }

    // MARK: - Calls

    /// Finds a place for a call.
    ///
    /// - Parameter isProbe: dial although the back-off is not over, as health checks do.
    mutating func take(
        _ call: Call, now: MonotonicTime, isProbe: Bool = false
    ) -> Decision {
        for index in connections.indices where connections[index].hasRoom {
            connections[index].open += 1
            return .run(on: connections[index].id)
        }
        guard !isClosed else { return .fail("the client is shut down") }
        guard waiting.count < policy.maxWaiting else {
            return .fail("\(waiting.count) calls wait for a stream already")
        }
        let mayDial = isProbe || retryAt.map { $0 <= now } ?? true
        if let id = dialIfUseful(mayDial) {
            waiting.append(call)
            return .waitAndDial(id)
        }
        guard connections.contains(where: { $0.state != .draining }) else {
            return .fail(lastFailure)
        }
        waiting.append(call)
        return .wait
    }

    /// Takes a call out of the queue: it was cancelled, or its deadline passed.
    mutating func withdraw(_ call: Call) {
        if let index = waiting.firstIndex(of: call) { waiting.remove(at: index) }
    }

    /// A call's stream is over, so there is room on its connection.
    mutating func streamEnded(on id: ConnectionID) -> Action? {
        guard let index = index(of: id) else { return nil }
        connections[index].open -= 1
        if connections[index].state == .draining {
            return connections[index].open == 0 ? .close(id) : nil
        }
        guard connections[index].hasRoom, let call = waiting.popFirst() else { return nil }
        connections[index].open += 1
        return .run(call, on: id)
    }

    /// A connection that was chosen has no stream left after all: the call waits, as the first.
    ///
    /// - Parameter limit: how many streams it really has.
    mutating func refused(
        _ call: Call, by id: ConnectionID, limit: Int, now: MonotonicTime
    ) -> [Action] {
        waiting.prepend(call)
        if let index = index(of: id) {
            connections[index].open -= 1
            connections[index].limit = limit
        }
        return serveWaiting(now)
    }

    // MARK: - Connections

    /// The dial succeeded.
    mutating func connected(_ id: ConnectionID) -> [Action] {
        guard let index = index(of: id) else { return [] }
        connections[index].state = .ready
        return fill(index)
    }

    /// The peer's SETTINGS came: the connection works, and has this limit of streams.
    mutating func settled(
        _ id: ConnectionID, streamLimit: Int, now: MonotonicTime
    ) -> [Action] {
        guard let index = index(of: id) else { return [] }
        connections[index].limit = streamLimit
        connections[index].isProven = true
        failures = 0
        retryAt = nil
        return fill(index) + serveWaiting(now)
    }

    /// The connection takes no new calls: GOAWAY came, or it refused one.
    mutating func retire(_ id: ConnectionID, now: MonotonicTime) -> [Action] {
        guard let index = index(of: id), connections[index].state != .draining else { return [] }
        connections[index].state = .draining
        let close: [Action] = connections[index].open == 0 ? [.close(id)] : []
        return close + serveWaiting(now)
    }

    /// The dial failed, or the connection is gone, and its streams with it.
    ///
    /// - Parameter jitter: from 0 to 1, spreads the retries of several clients.
    mutating func closed(
        _ id: ConnectionID, _ reason: String, now: MonotonicTime, jitter: Double
    ) -> [Action] {
        guard let index = index(of: id) else { return [] }
        let connection = connections.remove(at: index)
        lastFailure = reason
        if !connection.isProven {
            retryAt = now + backOff(jitter)
            failures += 1
        }
        return serveWaiting(now)
    }

    /// Somebody else reached the sidecar: the next call may dial at once.
    mutating func leaveBackOff() {
        failures = 0
        retryAt = nil
    }

    /// Ends everything: no call is taken any more.
    mutating func shutDown() -> [Action] {
        isClosed = true
        let actions =
            waiting.map { Action.fail($0, "the client is shut down") }
            + connections.map { Action.close($0.id) }
        waiting.removeAll()
        return actions
    }

    // MARK: - Inside

    private func index(of id: ConnectionID) -> Int? {
        connections.firstIndex { $0.id == id }
    }

    /// Registers a connection to be dialled, if one is wanted and allowed.
    private mutating func dialIfUseful(_ mayDial: Bool) -> ConnectionID? {
        let usable = connections.count { $0.state != .draining }
        let isDialing = connections.contains { $0.state == .dialing }
        guard mayDial, !isClosed, !isDialing, usable < policy.maxConnections else { return nil }
        dialled += 1
        connections.append(Connection(id: dialled))
        return dialled
    }

    /// Gives a connection's free streams to calls that wait.
    private mutating func fill(_ index: Int) -> [Action] {
        var actions: [Action] = []
        while connections[index].hasRoom, let call = waiting.popFirst() {
            connections[index].open += 1
            actions.append(.run(call, on: connections[index].id))
        }
        return actions
    }

    /// Sees to it that something will happen to the calls that wait.
    private mutating func serveWaiting(_ now: MonotonicTime) -> [Action] {
        guard !waiting.isEmpty else { return [] }
        if let id = dialIfUseful(retryAt.map { $0 <= now } ?? true) { return [.dial(id)] }
        guard !connections.contains(where: { $0.state != .draining }) else { return [] }
        defer { waiting.removeAll() }
        return waiting.map { .fail($0, lastFailure) }
    }

    /// 100 ms, doubling up to 10 s, each less up to a fifth.
    private func backOff(_ jitter: Double) -> Duration {
        let doubled = policy.firstBackOff * (1 << min(failures, 16))
        return min(doubled, policy.maxBackOff) * (1 - 0.2 * jitter)
    }
}
