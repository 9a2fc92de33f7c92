import EventLoop
import HTTP2

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
    private let endpoint: SidecarEndpoint
    private let loop: EventLoop
    private let dialTimeout: Duration
    private weak var owner: (any SidecarConnectionOwner)?

    private var resolving: ResolveAttempt?
    private var connecting: ConnectAttempt?
    private var candidates: ArraySlice<SocketAddress> = []
    private var socket: SocketStream?
    private var session: HTTP2Session?
    private var keepalive: LoopTimer?
    private var heardSinceTick = false
    private var isClosed = false

    init(
        id: Int, to endpoint: SidecarEndpoint, on loop: EventLoop, dialTimeout: Duration,
        owner: any SidecarConnectionOwner
    ) {
        self.id = id
        self.endpoint = endpoint
        self.loop = loop
        self.dialTimeout = dialTimeout
        self.owner = owner
    }

    // MARK: - Dialling

    func dial() {
        switch endpoint.target {
        case .address(let address):
            candidates = [address]
            dialNext(after: "no address")
        case .host(let host, let port):
            resolving = ResolveAttempt(host: host, port: port, on: loop) { [weak self] result in
                self?.resolved(result)
            }
        }
    }

    private func resolved(_ result: Result<[SocketAddress], ResolveError>) {
        resolving = nil
        switch result {
        case .success(let addresses):
            candidates = addresses[...]
            dialNext(after: "no address")
        case .failure(let error): close(error.description)
        }
    }

    private func dialNext(after reason: String) {
        guard let address = candidates.popFirst() else {
            return close("cannot connect to the sidecar at \(endpoint): \(reason)")
        }
        connecting = ConnectAttempt(to: address, on: loop, timeout: dialTimeout) {
            [weak self] result in
            guard let self else { return }
            connecting = nil
            switch consume result {
            case .connected(let descriptor): begin(descriptor)
            case .failed(let error): dialNext(after: error.description)
            }
        }
    }

    private func begin(_ descriptor: consuming Descriptor) {
        do {
            let session = try HTTP2Session(role: .client)
            session.delegate = self
            self.session = session
            socket = try SocketStream(descriptor, on: loop, handler: self)
            socket?.flush()
            owner?.connected(self)
        } catch {
            close("\(error)")
        }
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
        isClosed = true
        resolving?.cancel()
        connecting?.cancel()
        if let keepalive { loop.cancel(keepalive) }
        keepalive = nil
        socket?.close()
        socket = nil
        let session = session.take()
        owner?.closed(self, error.text, wasConnected: session != nil)
        session?.close(error)
    }
}

extension SidecarConnection: SocketStreamHandler {
    func received(_ bytes: Span<UInt8>) {
        guard let session else { return }
        heardSinceTick = true
        do {
            try session.receive(bytes)
            if session.wantsWrite { socket?.flush() }
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
        let reason = error?.description ?? "the sidecar closed the connection"
        lose(HTTP2Error(.connectionLost, reason))
    }
}

extension SidecarConnection: HTTP2SessionDelegate {
    func sessionHasOutput(_ session: HTTP2Session) {
        socket?.flush()
    }

    func sessionReceivedSettings(_ session: HTTP2Session) {
        owner?.settled(self)
    }

    func session(
        _ session: HTTP2Session, receivedGoAway code: HTTP2ErrorCode, lastStreamID: Int32,
        debugData: [UInt8]
    ) {
        owner?.retired(self)
    }
}
