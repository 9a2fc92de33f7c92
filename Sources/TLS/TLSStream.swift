public import EventLoop
import Glibc

/// TLS between a socket and its handler, which sees plain text as if it had the socket.
///
/// Belongs to the loop's thread. Whoever owns it keeps it as long as the socket.
public final class TLSStream: SocketStreamHandler {
    private let session: TLSSession
    private let loop: EventLoop
    private var socket: SocketStream?
    private weak var handler: (any SocketStreamHandler)?
    private var established: ((TLSError?) -> Void)?
    private var plain: [UInt8] = []
    private var buffer: [UInt8] = []
    private var isFilling = false
    /// Why the stream ended, where TLS is the reason.
    public private(set) var failure: TLSError?

    /// Starts the handshake.
    ///
    /// - Parameters:
    ///   - descriptor: a connected, non-blocking socket.
    ///   - established: called once with nil when the handshake is done, when `start` is to be called
    ///     at once; or with the error. Not called after `close()`.
    public init(
        _ session: TLSSession, over descriptor: consuming Descriptor, on loop: EventLoop,
        established: @escaping (TLSError?) -> Void
    ) throws(SystemError) {
        self.session = session
        self.loop = loop
        self.established = established
        socket = try SocketStream(descriptor, on: loop, handler: self)
        socket?.flush()
    }

    /// The application protocol that was agreed on, if any.
    public var applicationProtocol: String? { session.applicationProtocol }

    /// Begins to pass plain text on.
    ///
    /// - Parameter handler: held weakly. `closed` tells it `EPROTO` when TLS failed; `failure` says
    ///   why.
    /// - Returns: the socket below, for `flush` and for pausing. It is closed by this object's
    ///   `close()`.
    public func start(_ handler: any SocketStreamHandler) -> SocketStream? {
        self.handler = handler
        return socket
    }

    /// Says goodbye, if that can be written at once, and closes the socket.
    public func close() {
        established = nil
        handler = nil
        guard let socket = socket.take() else { return }
        // Amid a write the records before this one are not with the socket yet.
        guard !isFilling else { return socket.close() }
        session.end()
        var farewell: [UInt8] = []
        session.drain(into: &farewell)
        socket.close(afterWriting: farewell)
    }

    // MARK: - The socket

    /// See `SocketStreamHandler`.
    public func received(_ bytes: Span<UInt8>) {
        session.receive(bytes)
        do throws(TLSError) {
            guard try shakeHands() else { return }
            try passOn()
        } catch {
            fail(error)
        }
    }

    /// Goes on with the handshake.
    private func shakeHands() throws(TLSError) -> Bool {
        guard established != nil else { return true }
        let isDone = try session.advance()
        if session.hasOutput { socket?.flush() }
        guard isDone else { return false }
        established.take()?(nil)
        return socket != nil
    }

    private func passOn() throws(TLSError) {
        var buffer = exchange(&buffer, with: [])
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: 16 << 10) }
        while socket?.isReadingPaused == false {
            let count = try session.read(into: &buffer)
            guard count > 0 else { break }
            handler?.received(buffer.span.extracting(0..<count))
        }
        self.buffer = buffer
        if session.hasOutput { socket?.flush() }
        if session.isEndedByPeer { end(nil) }
    }

    /// Reads on what was decrypted while reading was paused.
    public func resumeReading() {
        socket?.isReadingPaused = false
        do throws(TLSError) { try passOn() } catch { fail(error) }
    }

    /// See `SocketStreamHandler`.
    public func fill(_ output: inout [UInt8]) {
        isFilling = true
        defer { isFilling = false }
        do throws(TLSError) {
            if established != nil { _ = try session.advance() }
            if let handler, established == nil {
                handler.fill(&plain)
                guard socket != nil else { return }
                try session.write(plain)
                plain.removeAll(keepingCapacity: plain.capacity <= 512 << 10)
            }
            session.drain(into: &output)
        } catch {
            // Not from inside the write, which still holds the buffer.
            loop.schedule(after: .zero) { [weak self] in self?.fail(error) }
        }
    }

    /// See `SocketStreamHandler`.
    public func closed(_ error: SystemError?) {
        if let error { return end(error) }
        // The end of the socket without that of TLS: something may be missing.
        let what = "the peer ended the connection"
        fail(
            established == nil
                ? TLSError(.truncated, "\(what) without close_notify")
                : TLSError(.handshake, "\(what) during the handshake"))
    }

    private func fail(_ error: TLSError) {
        guard socket != nil else { return }
        failure = failure ?? error
        // An alert says why.
        var alert: [UInt8] = []
        session.drain(into: &alert)
        socket?.close(afterWriting: alert)
        socket = nil
        if let established = established.take() { return established(error) }
        handler?.closed(SystemError(function: "TLS", errno: EPROTO))
    }

    private func end(_ error: SystemError?) {
        guard socket != nil else { return }
        if let established = established.take() {
            close()
            let text = error?.description ?? "the peer ended the connection"
            return established(TLSError(.handshake, text))
        }
        let handler = handler
        if error == nil { close() } else { socket = nil }
        handler?.closed(error)
    }
}
