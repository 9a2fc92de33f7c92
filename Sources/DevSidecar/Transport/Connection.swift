import EventLoop
import TLS

/// What speaks a protocol on a connection.
protocol ConnectionEngine: AnyObject {
    /// Bytes came.
    func received(_ bytes: Span<UInt8>)
    /// Appends what is to be written.
    func fill(_ output: inout [UInt8])
    /// The connection is gone; nothing can be written any more.
    func connectionClosed()
}

/// An accepted connection: the socket, and the engine for the protocol that the client speaks.
final class Connection: SocketStreamHandler {
    private let loop: EventLoop
    private var socket: SocketStream?
    private var tls: TLSStream?
    private var engine: (any ConnectionEngine)?
    private let choose: (Connection, ArraySlice<UInt8>) -> (any ConnectionEngine)?
    private let onClose: (Connection) -> Void
    /// The first bytes, until they tell the protocol.
    private var prelude: [UInt8] = []
    private var closesWhenWritten = false
    private var isAborted = false

    /// The client's address without the port.
    let clientAddress: String

    /// Starts to read.
    ///
    /// - Parameters:
    ///   - tls: the rules of TLS, where it is spoken.
    ///   - choose: gives the engine, from the first bytes if they have to tell which; nil asks for
    ///     more bytes.
    ///   - onClose: called once when the connection is gone.
    init(
        _ accepted: consuming AcceptedConnection, on loop: EventLoop, tls: TLSContext?,
        choose: @escaping (Connection, ArraySlice<UInt8>) -> (any ConnectionEngine)?,
        onClose: @escaping (Connection) -> Void
    ) throws {
        self.loop = loop
        self.choose = choose
        self.onClose = onClose
        if case .ip(let host, _) = accepted.peer {
            clientAddress = host
        } else {
            clientAddress = ""
        }
        if let tls {
            let session = try TLSSession(accepting: tls)
            self.tls = try TLSStream(session, over: accepted.descriptor, on: loop) {
                [weak self] error in
                self?.shookHands(error)
            }
        } else {
            socket = try SocketStream(accepted.descriptor, on: loop, handler: self)
            begin()
        }
    }

    private func shookHands(_ error: TLSError?) {
        guard error == nil else { return close() }
        socket = tls?.start(self)
        begin()
    }

    private func begin() {
        engine = choose(self, [])
        flush()
    }

    func received(_ bytes: Span<UInt8>) {
        if let engine { return engine.received(bytes) }
        prelude.append(copying: bytes)
        guard let engine = choose(self, prelude[...]) else { return }
        self.engine = engine
        let first = prelude
        prelude = []
        engine.received(first.span)
    }

    func fill(_ output: inout [UInt8]) {
        let before = output.count
        engine?.fill(&output)
        // Closing here would touch the buffer that is being filled.
        if closesWhenWritten, output.count == before, before == 0 {
            loop.schedule(after: .zero) { [weak self] in self?.close() }
        }
    }

    func closed(_ error: SystemError?) {
        close()
    }

    /// Asks for `fill` at the end of this turn.
    func flush() {
        socket?.flush()
    }

    /// Closes once everything that the engine has is written.
    func closeWhenWritten() {
        closesWhenWritten = true
        flush()
    }

    /// As `closeWhenWritten`, but the client sees a reset.
    func abortWhenWritten() {
        isAborted = true
        closeWhenWritten()
    }

    /// Closes after a while, whatever happens until then.
    func close(after delay: Duration) {
        loop.schedule(after: delay) { [weak self] in self?.close() }
    }

    /// Closes at once.
    func close() {
        guard socket != nil || tls != nil else { return }
        let socket = socket.take()
        if isAborted { socket?.abort() }
        if let tls = tls.take() { tls.close() } else { socket?.close() }
        engine?.connectionClosed()
        engine = nil
        onClose(self)
    }
}

extension [UInt8] {
    /// Appends the bytes of a span.
    mutating func append(copying span: Span<UInt8>) {
        // At least twice the room, or many small pieces would cost a copy of everything each.
        let needed = count + span.count
        if needed > capacity { reserveCapacity(Swift.max(needed, 2 * capacity)) }
        for index in span.indices { append(span[index]) }
    }
}
