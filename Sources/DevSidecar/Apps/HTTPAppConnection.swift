import EventLoop
import HTTP1
import HTTP2

/// One connection to an HTTP app in another process: one request at a time, then the next.
final class HTTPAppConnection {
    private let loop: EventLoop
    private weak var app: HTTPServerApp?
    private let port: UInt16
    private var resolving: ResolveAttempt?
    private var attempt: ConnectAttempt?
    private var socket: SocketStream?
    private var parser: HTTP1ResponseParser?
    private var exchange: AppExchange?
    /// Whether the request was given to the socket.
    private var isSent = false
    /// Whether a request was answered here before.
    private var isReused = false
    private var isClosed = false

    private static let dialTimeout: Duration = .seconds(30)

    init(to app: HTTPServerApp, on loop: EventLoop) {
        self.loop = loop
        self.app = app
        port = app.port
        resolve(app.host)
    }

    // MARK: - Making it

    private func resolve(_ host: String) {
        if let address = SocketAddress("\(host):\(port)") { return dial([address]) }
        resolving = ResolveAttempt(host: host, port: port, on: loop) { [weak self] result in
            guard let self else { return }
            resolving = nil
            switch result {
            case .success(let addresses): dial(addresses[...])
            case .failure(let error):
                close(failing: .unreachable("lookup \(error.host): no such host"))
            }
        }
    }

    private func dial(_ addresses: ArraySlice<SocketAddress>) {
        guard let address = addresses.first else { return }
        attempt = ConnectAttempt(to: address, on: loop, timeout: Self.dialTimeout) {
            [weak self] result in
            guard let self else { return }
            attempt = nil
            switch consume result {
            case .connected(let descriptor): begin(descriptor)
            case .failed where addresses.count > 1: dial(addresses.dropFirst())
            case .failed: close(failing: .refused(port: port))
            }
        }
    }

    private func begin(_ descriptor: consuming Descriptor) {
        parser = HTTP1ResponseParser(handler: self)
        do throws(SystemError) {
            socket = try SocketStream(descriptor, on: loop, handler: self)
            start()
        } catch {
            close(failing: .unreachable("\(error)"))
        }
    }

    // MARK: - Requests

    /// Sends a request, at once or when the connection is made.
    func run(_ exchange: AppExchange) {
        self.exchange = exchange
        exchange.connection = self
        isSent = false
        if socket != nil { start() }
    }

    private func start() {
        guard let exchange else { return }
        parser?.expect(isHead: exchange.isHead)
        socket?.flush()
    }

    private func act(_ progress: HTTP1ResponseParser.Progress) {
        guard case .complete(let isReusable) = progress, let exchange = exchange.take() else {
            return
        }
        // An answer that came before the request was complete leaves half of it behind.
        let isClean = isReusable && isSent && socket?.isFlushed == true
        isReused = true
        if isClean { app?.release(self) } else { close() }
        exchange.finish()
    }

    // MARK: - The end

    /// Closes it; a request on it that is not over fails.
    func close(failing failure: AppFailure = .closed) {
        guard !isClosed else { return }
        isClosed = true
        resolving?.cancel()
        attempt?.cancel()
        socket?.close()
        socket = nil
        app?.remove(self)
        guard let exchange = exchange.take(), !exchange.call.isOver else { return }
        if case .closed = failure, isReused, !exchange.hasAnswer, !exchange.isRetried,
            exchange.isIdempotent || !isSent, let app
        {
            // The app closed the connection, as it may at any time, when the request came.
            return app.retry(exchange)
        }
        exchange.call.finish(.failure(failure))
    }
}

extension HTTPAppConnection: SocketStreamHandler {
    func received(_ bytes: Span<UInt8>) {
        do throws(HTTP1Error) {
            guard let progress = try parser?.receive(bytes) else { return }
            act(progress)
        } catch {
            close(failing: .broken(error.text))
        }
    }

    func fill(_ output: inout [UInt8]) {
        guard let exchange, !isSent else { return }
        isSent = true
        output.append(contentsOf: exchange.output)
    }

    func closed(_ error: SystemError?) {
        if error == nil, exchange != nil {
            do throws(HTTP1Error) {
                if let progress = try parser?.finish() { act(progress) }
            } catch {
                return close(
                    failing: exchange?.hasAnswer == true ? .broken("unexpected EOF") : .closed)
            }
        }
        close(failing: exchange?.hasAnswer == true ? .broken("unexpected EOF") : .closed)
    }
}

extension HTTPAppConnection: HTTP1ResponseHandler {
    func responseBegan(_ head: HeaderBlock, hasContent: Bool) {
        exchange?.began(head)
    }

    func responseReceived(_ content: Span<UInt8>) {
        guard let exchange, !exchange.received(content) else { return }
        close(failing: .broken("the answer is too long"))
    }
}
