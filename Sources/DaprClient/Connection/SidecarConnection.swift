import EventLoop
import HTTP2
import TLS

/// Hears what becomes of a connection; the pool's side of it.
protocol SidecarConnectionOwner: AnyObject {
    /// The socket is connected; calls can be run.
    func connected(_ connection: SidecarConnection)
    /// The peer's limits are known, or changed.
    func settled(_ connection: SidecarConnection)
    /// The peer takes no new calls on this connection.
    func retired(_ connection: SidecarConnection)
    /// It could not be made, or is over: the last call. Streams that are open end right after it.
    func closed(_ connection: SidecarConnection, _ reason: String, wasConnected: Bool)
}

/// One connection to a sidecar, from dialling to its end; it is never used again after that.
///
/// Belongs to the loop's thread.
final class SidecarConnection {
    /// PING only after this long a silence: daprd cuts clients off that ping within 8 s.
    static let silence: Duration = .seconds(10)
    /// How long an answer to PING may take.
    static let pingTimeout: Duration = .seconds(5)

    let id: Int
    private let route: SidecarRoute
    private let loop: EventLoop
    private weak var owner: (any SidecarConnectionOwner)?

    private var dialling: Dial?
    private var socket: SocketStream?
    /// What is between the socket and this object, if TLS is.
    private var tls: TLSStream?
    /// Stands for the socket where the sidecar speaks HTTP/1.1.
    private var bridge: HTTP1Bridge?
    /// Waits for the sidecar's SETTINGS before anything is sent: it may not speak HTTP/2.
    private var trial: LoopTimer?
    private var session: HTTP2Session?
    private var keepalive: LoopTimer?
    private var heardSinceTick = false
    private var isClosed = false

    init(
        id: Int, by route: SidecarRoute, on loop: EventLoop, owner: any SidecarConnectionOwner
    ) {
        self.id = id
        self.route = route
        self.loop = loop
        self.owner = owner
    }

    // MARK: - Dialling

    func dial() {
        dialling = Dial(route, on: loop) { [weak self] outcome in
            guard let self else { return }
            dialling = nil
            switch consume outcome {
            case .connected(let link): begin(link)
            case .failed(let reason): close(reason)
            }
        }
    }

    private func begin(_ link: consuming Link) {
        do {
            // A stream that its caller does not read holds up nobody else's calls.
            var configuration = HTTP2Configuration()
            configuration.streamsShareWindow = false
            let session = try HTTP2Session(role: .client, configuration: configuration)
            session.delegate = self
            self.session = session
            switch consume link {
            case .plain(let descriptor) where route.speaksHTTP1 == true:
                bridge = try HTTP1Bridge(.plain(descriptor), route, on: loop, for: self)
            case .plain(let descriptor):
                socket = try SocketStream(descriptor, on: loop, handler: self)
                if route.speaksHTTP1 == nil { waitForSettings() }
            case .secured(let stream) where stream.applicationProtocol != "h2":
                bridge = try HTTP1Bridge(.secured(stream), route, on: loop, for: self)
            case .secured(let stream):
                tls = stream
                socket = stream.start(self)
            }
            if let bridge { bridge.start() } else { flush() }
            if trial == nil { owner?.connected(self) }
        } catch {
            close("\(error)")
        }
    }

    private func flush() {
        if let socket { socket.flush() } else { bridge?.flush() }
    }

    // MARK: - Does it speak HTTP/2?

    private func waitForSettings() {
        trial = loop.schedule(after: route.dialTimeout) { [weak self] in
            self?.close("the sidecar does not answer on its HTTP port")
        }
    }

    /// The sidecar has answered the beginning of HTTP/2 with something else, or with its end: nothing
    /// but that beginning was sent, so HTTP/1.1 can be tried without repeating a call.
    private func fallBack() {
        endTrial()
        socket?.close()
        socket = nil
        session?.close(HTTP2Error(.notHTTP2, "the sidecar does not speak HTTP/2"))
        session = nil
        route.speaksHTTP1 = true
        dial()
    }

    private func endTrial() {
        if let trial { loop.cancel(trial) }
        trial = nil
    }

    // MARK: - Calls

    /// How many streams the peer allows at a time.
    var streamLimit: Int { session?.remoteMaxConcurrentStreams ?? 0 }

    /// How many streams are open.
    var openStreamCount: Int { session?.openStreamCount ?? 0 }

    /// Opens a stream.
    ///
    /// - Throws: when none can be opened; nothing was sent then.
    func open(
        _ head: HeaderBlock, body: [UInt8], end: Bool, handler: any HTTP2StreamHandler
    ) throws(HTTP2Error) -> HTTP2Stream {
        guard let session else { throw HTTP2Error(.closed, "the connection is closed") }
        let stream = try session.open(head, body: body, end: end, handler: handler)
        if keepalive == nil { watchForSilence() }
        return stream
    }

    // MARK: - Keepalive

    /// Looks every 10 s whether anything was heard, as long as streams are open. So it costs
    /// nothing per read, and PINGs are at least 10 s apart.
    private func watchForSilence() {
        heardSinceTick = true
        keepalive = loop.schedule(after: Self.silence) { [weak self] in self?.tick() }
    }

    private func tick() {
        keepalive = nil
        guard let session, session.openStreamCount > 0 else { return }
        guard !heardSinceTick else {
            watchForSilence()
            heardSinceTick = false
            return
        }
        do {
            try session.ping(0)
        } catch {
            return lose(error)
        }
        keepalive = loop.schedule(after: Self.pingTimeout) { [weak self] in
            guard let self else { return }
            guard heardSinceTick else {
                return lose(HTTP2Error(.connectionLost, "the sidecar does not answer PING"))
            }
            watchForSilence()
        }
    }

    // MARK: - The end

    /// Ends the connection and every stream on it. The owner hears `closed`.
    func close(_ reason: String) {
        lose(HTTP2Error(.closed, reason))
    }

    private func lose(_ error: HTTP2Error) {
        guard !isClosed else { return }
        if trial != nil, error.kind == .notHTTP2 || error.kind == .connectionLost {
            return fallBack()
        }
        let wasConnected = session != nil && trial == nil
        isClosed = true
        dialling?.cancel()
        endTrial()
        if let keepalive { loop.cancel(keepalive) }
        keepalive = nil
        if let tls { tls.close() } else { socket?.close() }
        socket = nil
        if let bridge = bridge.take() {
            bridge.close()
            // Whoever does not even speak HTTP/1.1 may be another one next time.
            if !bridge.isProven { route.speaksHTTP1 = nil }
        } else if route.allowsHTTP1, session?.hasReceivedSettings != true {
            route.speaksHTTP1 = nil
        }
        let session = session.take()
        owner?.closed(self, error.text, wasConnected: wasConnected)
        session?.close(error)
    }
}

extension SidecarConnection: SocketStreamHandler {
    func received(_ bytes: Span<UInt8>) {
        guard let session else { return }
        heardSinceTick = true
        do {
            try session.receive(bytes)
            if session.wantsWrite { flush() }
            if session.isFinished { close("the sidecar closed the connection") }
        } catch {
            lose(error)
        }
    }

    func fill(_ output: inout [UInt8]) {
        guard let session else { return }
        do {
            try session.drain(into: &output)
        } catch {
            lose(error)
        }
    }

    func closed(_ error: SystemError?) {
        let reason =
            tls?.failure?.description ?? error?.description ?? "the sidecar closed the connection"
        do throws(HTTP2Error) {
            try session?.transportWasLost()
            lose(HTTP2Error(.connectionLost, reason))
        } catch {
            lose(error)
        }
    }
}

extension SidecarConnection: HTTP2SessionDelegate {
    func sessionHasOutput(_ session: HTTP2Session) {
        flush()
    }

    func sessionReceivedSettings(_ session: HTTP2Session) {
        if trial != nil {
            endTrial()
            route.speaksHTTP1 = false
            owner?.connected(self)
        }
        owner?.settled(self)
    }

    func session(
        _ session: HTTP2Session, receivedGoAway code: HTTP2ErrorCode, lastStreamID: Int32,
        debugData: [UInt8]
    ) {
        owner?.retired(self)
    }
}
