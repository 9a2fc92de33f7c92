import EventLoop
import HTTP1
import HTTP2
import TLS

/// One HTTP/1.1 connection of a bridge: one call at a time, then the next.
final class HTTP1Connection {
    private let loop: EventLoop
    private weak var bridge: HTTP1Bridge?
    private var dialling: Dial?
    private var socket: SocketStream?
    private var tls: TLSStream?
    private var parser: HTTP1ResponseParser?
    private var call: HTTP1Call?
    private var isClosed = false
    /// Since the bridge last looked.
    var wasUsed = true

    init(on loop: EventLoop, bridge: HTTP1Bridge) {
        self.loop = loop
        self.bridge = bridge
    }

    // MARK: - Making it

    func dial(_ route: SidecarRoute) {
        dialling = Dial(route, protocols: ["http/1.1"], on: loop) { [weak self] outcome in
            guard let self else { return }
            dialling = nil
            switch consume outcome {
            case .connected(let link):
                do { try begin(link) } catch { close(failing: .refusedStream) }
            case .failed: close(failing: .refusedStream)
            }
        }
    }

    func begin(_ link: consuming Link) throws {
        let parser = HTTP1ResponseParser(handler: self)
        self.parser = parser
        switch consume link {
        case .plain(let descriptor):
            socket = try SocketStream(descriptor, on: loop, handler: self)
        case .secured(let stream):
            tls = stream
            socket = stream.start(self)
        }
        if let call { start(call) }
    }

    // MARK: - Calls

    /// Whether nothing came that nobody asked for, and no end: what did must not be taken for the answer
    /// to the next call. Looks at the socket, as the loop may not have seen yet what is there.
    func isQuiet() -> Bool {
        socket?.readNow()
        return !isClosed
    }

    /// Sends a call's request, at once or when the connection is made.
    func run(_ call: HTTP1Call) {
        self.call = call
        call.connection = self
        wasUsed = true
        if socket != nil { start(call) }
    }

    private func start(_ call: HTTP1Call) {
        parser?.expect(isHead: call.request.isHead)
        flush()
    }

    /// There is more to write.
    func flush() { socket?.flush() }

    /// The call can take more.
    func resumeReading() {
        guard let socket, socket.isReadingPaused else { return }
        if let tls { tls.resumeReading() } else { socket.isReadingPaused = false }
    }

    private func act(_ progress: HTTP1ResponseParser.Progress) {
        guard case .complete(let isReusable) = progress, let call else { return }
        // An answer that came before the request was complete leaves half of it behind.
        let isClean = isReusable && call.isSent && socket?.isFlushed == true
        call.finish()
        self.call = nil
        if isClean {
            socket?.isReadingPaused = false
            bridge?.release(self)
        } else {
            close()
        }
    }

    // MARK: - The end

    /// Closes it; a call on it that is not over fails.
    func close(failing code: HTTP2ErrorCode = .connectError) {
        guard !isClosed else { return }
        isClosed = true
        dialling?.cancel()
        if let tls { tls.close() } else { socket?.close() }
        socket = nil
        call.take()?.fail(code)
        bridge?.remove(self)
    }
}

extension HTTP1Connection: SocketStreamHandler {
    func received(_ bytes: Span<UInt8>) {
        do throws(HTTP1Error) {
            guard let progress = try parser?.receive(bytes) else { return }
            act(progress)
        } catch {
            close(failing: .protocolError)
        }
    }

    func fill(_ output: inout [UInt8]) {
        call?.fill(&output)
    }

    func closed(_ error: SystemError?) {
        if error == nil, call != nil {
            do throws(HTTP1Error) {
                if let progress = try parser?.finish() { act(progress) }
            } catch {
                // In the midst of an answer: lost, as below.
            }
        }
        close()
    }
}

extension HTTP1Connection: HTTP1ResponseHandler {
    func responseBegan(_ head: HeaderBlock, hasContent: Bool) {
        bridge?.answered()
        call?.answer(head, hasContent: hasContent)
    }

    func responseReceived(_ content: Span<UInt8>) {
        guard let call else { return }
        if !call.answer(content) { socket?.isReadingPaused = true }
    }
}
