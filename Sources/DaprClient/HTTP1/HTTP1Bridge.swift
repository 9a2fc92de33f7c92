import EventLoop
import HTTP2

/// Stands for the socket of a connection whose sidecar speaks HTTP/1.1 only: what a client's HTTP/2
/// session writes is answered here, by way of kept-alive HTTP/1.1 connections with one call each.
///
/// So calls, deadlines, cancellation, limits and flow control are the same code as over HTTP/2, and
/// pay nothing for this. Belongs to the loop's thread.
final class HTTP1Bridge: TurnParticipant {
    /// How many calls, and so connections, there are at a time.
    private static let callLimit: UInt32 = 32
    /// A connection that nobody used for this long, or up to twice as long, is closed.
    private static let idleTime: Duration = .seconds(10)
    /// How often a turn carries bytes to and fro.
    private static let roundsPerTurn = 16

    private let route: SidecarRoute
    private let loop: EventLoop
    private weak var handler: (any SocketStreamHandler)?
    private let session: HTTP2Session
    private var connections: [ObjectIdentifier: HTTP1Connection] = [:]
    /// Those without a call; the one that was used last is the last.
    private var idle: [HTTP1Connection] = []
    private var sweep: LoopTimer?
    private var flushIsPlanned = false
    private var isClosed = false

    /// The sidecar has answered a call in HTTP/1.1.
    private(set) var isProven = false

    /// - Parameters:
    ///   - link: the first connection.
    ///   - handler: the session's owner, to whom this is the socket.
    init(
        _ link: consuming Link, _ route: SidecarRoute, on loop: EventLoop,
        for handler: any SocketStreamHandler
    ) throws {
        self.route = route
        self.loop = loop
        self.handler = handler
        var configuration = HTTP2Configuration()
        configuration.maxConcurrentStreams = Self.callLimit
        configuration.streamsShareWindow = false
        session = try HTTP2Session(role: .server, configuration: configuration)
        session.delegate = self
        let connection = HTTP1Connection(on: loop, bridge: self)
        try connection.begin(link)
        connections[ObjectIdentifier(connection)] = connection
        idle.append(connection)
        planSweep()
    }

    /// Exchanges the SETTINGS, so that the limit of calls is known before the first one.
    func start() {
        _ = carry()
    }

    /// Carries over what both sides have, at the end of this turn.
    func flush() {
        guard !flushIsPlanned, !isClosed else { return }
        flushIsPlanned = true
        loop.callAtEndOfTurn(self)
    }

    func turnEnds() {
        flushIsPlanned = false
        for _ in 0..<Self.roundsPerTurn where !isClosed {
            guard carry() else { return endIfUnused() }
        }
        flush()
    }

    /// - Returns: whether anything was carried.
    private func carry() -> Bool {
        var request: [UInt8] = []
        handler?.fill(&request)
        var response: [UInt8] = []
        do throws(HTTP2Error) {
            if !request.isEmpty, !isClosed { try session.receive(request) }
            if !isClosed { try session.drain(into: &response) }
        } catch {
            handler?.closed(nil)
            return false
        }
        if !response.isEmpty, !isClosed { handler?.received(response.span) }
        return !request.isEmpty || !response.isEmpty
    }

    /// Without any connection this is over, as a connection is that the sidecar closed: the next call
    /// dials, and fails at once where it cannot.
    private func endIfUnused() {
        guard connections.isEmpty, session.openStreamCount == 0, !isClosed else { return }
        handler?.closed(nil)
    }

    /// Closes every connection. The handler hears nothing more.
    func close() {
        isClosed = true
        if let sweep { loop.cancel(sweep) }
        sweep = nil
        for connection in connections.values { connection.close() }
        connections = [:]
        idle = []
        session.close(HTTP2Error(.closed, "the connection is closed"))
    }

    // MARK: - Connections

    /// Finds a connection for a call, or makes one.
    private func connection() -> HTTP1Connection {
        while let connection = idle.popLast() {
            if connection.isQuiet() { return connection }
        }
        let connection = HTTP1Connection(on: loop, bridge: self)
        connections[ObjectIdentifier(connection)] = connection
        connection.dial(route)
        return connection
    }

    /// A connection's call is over, and it can take another one.
    func release(_ connection: HTTP1Connection) {
        isProven = true
        idle.append(connection)
    }

    /// A connection is gone.
    func remove(_ connection: HTTP1Connection) {
        connections[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
        flush()
    }

    /// The sidecar answers in HTTP/1.1.
    func answered() {
        isProven = true
    }

    private func planSweep() {
        sweep = loop.schedule(after: Self.idleTime) { [weak self] in
            guard let self else { return }
            for connection in idle where !connection.wasUsed { connection.close() }
            for connection in idle { connection.wasUsed = false }
            planSweep()
        }
    }
}

extension HTTP1Bridge: HTTP2SessionDelegate {
    func session(
        _ session: HTTP2Session, accept stream: HTTP2Stream, head: HeaderBlock, endStream: Bool
    ) -> (any HTTP2StreamHandler)? {
        guard let request = HTTP1Request(head, hasContent: !endStream) else { return nil }
        let call = HTTP1Call(request, on: stream)
        connection().run(call)
        return call
    }

    func sessionHasOutput(_ session: HTTP2Session) { flush() }
}
