import EventLoop
import TLS

/// A connection that was made, and through the handshake where it is inside TLS.
enum Link: ~Copyable {
    case plain(Descriptor)
    case secured(TLSStream)
}

/// The making of a connection: look-up, connecting to one address after the other, TLS.
///
/// Belongs to the loop's thread. Releasing it gives up.
final class Dial {
    enum Outcome: ~Copyable {
        case connected(Link)
        case failed(String)
    }

    private let route: SidecarRoute
    private let protocols: [String]
    private let loop: EventLoop
    private var completion: ((consuming Outcome) -> Void)?
    private var resolving: ResolveAttempt?
    private var connecting: ConnectAttempt?
    private var candidates: ArraySlice<SocketAddress> = []
    private var handshake: TLSStream?
    private var timer: LoopTimer?

    /// Starts to dial.
    ///
    /// - Parameters:
    ///   - protocols: what is offered to a TLS server; nil means all that the route allows.
    ///   - completion: called once on the loop in a later turn, unless this is cancelled.
    init(
        _ route: SidecarRoute, protocols: [String]? = nil, on loop: EventLoop,
        completion: @escaping (consuming Outcome) -> Void
    ) {
        self.route = route
        self.protocols = protocols ?? route.protocols
        self.loop = loop
        self.completion = completion
        switch route.endpoint.target {
        case .address(let address):
            candidates = [address]
            dialNext(after: "no address")
        case .host(let host, let port):
            resolving = ResolveAttempt(host: host, port: port, on: loop) { [weak self] result in
                self?.resolved(result)
            }
        }
    }

    deinit { cancel() }

    /// Gives up; the completion is not called any more.
    func cancel() {
        completion = nil
        resolving?.cancel()
        connecting?.cancel()
        handshake?.close()
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private func resolved(_ result: Result<[SocketAddress], ResolveError>) {
        resolving = nil
        switch result {
        case .success(let addresses):
            candidates = addresses[...]
            dialNext(after: "no address")
        case .failure(let error): fail(error.description)
        }
    }

    private func dialNext(after reason: String) {
        guard let address = candidates.popFirst() else { return fail(reason) }
        connecting = ConnectAttempt(to: address, on: loop, timeout: route.dialTimeout) {
            [weak self] result in
            guard let self else { return }
            connecting = nil
            switch consume result {
            case .connected(let descriptor): connected(descriptor)
            case .failed(let error): dialNext(after: error.description)
            }
        }
    }

    private func connected(_ descriptor: consuming Descriptor) {
        guard let tls = route.tls else { return finish(.connected(.plain(descriptor))) }
        do {
            let session = try TLSSession(
                tls.context, serverName: tls.serverName, protocols: protocols)
            handshake = try TLSStream(session, over: descriptor, on: loop) { [weak self] error in
                self?.shookHands(error)
            }
            timer = loop.schedule(after: route.dialTimeout) { [weak self] in
                self?.fail("the TLS handshake takes too long")
            }
        } catch {
            fail("\(error)")
        }
    }

    private func shookHands(_ error: TLSError?) {
        if let error { return fail(error.description) }
        guard let stream = handshake else { return }
        let agreed = stream.applicationProtocol
        // A server that knows no ALPN speaks HTTP/1.1.
        guard protocols.contains(agreed ?? "http/1.1") else {
            return fail("TLS: the sidecar does not speak HTTP/2 there (ALPN)")
        }
        handshake = nil
        finish(.connected(.secured(stream)))
    }

    private func fail(_ reason: String) {
        let endpoint = route.endpoint
        finish(.failed("cannot connect to the sidecar at \(endpoint): \(reason)"))
    }

    private func finish(_ outcome: consuming Outcome) {
        guard let completion = completion.take() else { return }
        cancel()
        completion(outcome)
    }
}
