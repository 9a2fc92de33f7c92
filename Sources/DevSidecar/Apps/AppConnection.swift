import EventLoop
import HTTP2

/// One HTTP/2 connection to a gRPC app. Belongs to the loop's thread.
final class AppConnection: SocketStreamHandler, HTTP2SessionDelegate {
    private enum State {
        case dialling(ConnectAttempt?)
        case open(SocketStream)
        case closed
    }

    private let loop: EventLoop
    private var state = State.dialling(nil)
    private var session: HTTP2Session?
    private var failure: (any Error)?
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// Told when no new calls are taken, and when it is over.
    private let onChange: (AppConnection, _ isOver: Bool) -> Void

    private static let dialTimeout: Duration = .seconds(5)

    /// Starts to connect.
    ///
    /// - Parameter onChange: told when no new calls are taken, and when it is over.
    init(
        to address: SocketAddress, on loop: EventLoop,
        onChange: @escaping (AppConnection, _ isOver: Bool) -> Void
    ) {
        self.loop = loop
        self.onChange = onChange
        let attempt = ConnectAttempt(to: address, on: loop, timeout: Self.dialTimeout) {
            [weak self] result in
            switch consume result {
            case .connected(let descriptor): self?.begin(descriptor)
            case .failed(let error): self?.close(error)
            }
        }
        state = .dialling(attempt)
    }

    private func begin(_ descriptor: consuming Descriptor) {
        do {
            // Callers that do not read hold up nobody else's calls.
            var configuration = HTTP2Configuration()
            configuration.streamsShareWindow = false
            let session = try HTTP2Session(role: .client, configuration: configuration)
            session.delegate = self
            let socket = try SocketStream(descriptor, on: loop, handler: self)
            self.session = session
            state = .open(socket)
            socket.flush()
            resumeWaiters()
        } catch {
            close(error)
        }
    }

    private func resumeWaiters() {
        for waiter in exchange(&waiters, with: []) { waiter.resume() }
    }

    /// Waits until it is made.
    func opened() async throws {
        if case .dialling = state { await withCheckedContinuation { waiters.append($0) } }
        if let failure { throw failure }
    }

    func open(_ head: HeaderBlock, for answer: AppAnswer) throws(HTTP2Error) {
        guard let session else { throw HTTP2Error(.closed, "the connection is closed") }
        answer.stream = try session.open(head, end: false, handler: answer)
    }

    /// Ends it, and the calls on it.
    func close(_ error: any Error = HTTP2Error(.closed, "the app is not called any more")) {
        let last = exchange(&state, with: .closed)
        switch last {
        case .closed: return
        case .dialling(let attempt): attempt?.cancel()
        case .open(let socket): socket.close()
        }
        failure = error
        resumeWaiters()
        session?.close(error as? HTTP2Error ?? HTTP2Error(.connectionLost, "\(error)"))
        onChange(self, true)
    }

    private func flush() {
        if case .open(let socket) = state { socket.flush() }
    }

    // MARK: - The socket

    func received(_ bytes: Span<UInt8>) {
        guard let session else { return }
        do throws(HTTP2Error) {
            try session.receive(bytes)
            if session.wantsWrite { flush() }
            if session.isFinished { close() }
        } catch {
            close(error)
        }
    }

    func fill(_ output: inout [UInt8]) {
        do throws(HTTP2Error) {
            try session?.drain(into: &output)
        } catch {
            close(error)
        }
    }

    func closed(_ error: SystemError?) {
        close(HTTP2Error(.connectionLost, error?.description ?? "EOF"))
    }

    // MARK: - The session

    func sessionHasOutput(_ session: HTTP2Session) { flush() }

    func session(
        _ session: HTTP2Session, receivedGoAway code: HTTP2ErrorCode, lastStreamID: Int32,
        debugData: [UInt8]
    ) {
        onChange(self, false)
    }
}
