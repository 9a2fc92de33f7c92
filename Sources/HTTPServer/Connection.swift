import CMicrohttpd
import EventLoop
import Glibc
import HTTPMessage

/// One client's socket, from `MHD_add_connection` until libmicrohttpd closes it.
///
/// libmicrohttpd owns the descriptor and holds one reference to this as its socket context, taken
/// when it announces the connection and given back when it announces the end.
@safe final class Connection {
    let descriptor: CInt
    let peer: Peer
    /// Where the server's table holds it.
    var slot = 0
    /// The request that is on it, from its first line to the end of its response.
    var transaction: Transaction?
    /// When it last became idle, on a counter of the server.
    var idleSince: UInt64 = 0
    /// Whether `hangUp` was called.
    private(set) var isClosing = false
    /// Whether the client sends nothing more.
    private(set) var peerHasClosed = false

    /// libmicrohttpd's name for it, from its first announcement to its last.
    private var handle: OpaquePointer?
    private var hangUpWatch: Watch?

    init(descriptor: CInt, peer: Peer, idleSince: UInt64) {
        self.descriptor = descriptor
        self.peer = peer
        self.idleSince = idleSince
    }

    var isBusy: Bool { transaction != nil }

    // MARK: - The end of what the client sends

    /// Watches for the end, which libmicrohttpd does not see while a connection is suspended, and
    /// which 0.9.75 misses when it comes in one event with the last bytes: after a short read it
    /// waits for the next edge, and there is none.
    ///
    /// - Parameters:
    ///   - handle: valid until `ended()`.
    ///   - onHangUp: called once.
    func begin(_ handle: OpaquePointer, on loop: EventLoop, onHangUp: @escaping () -> Void) {
        unsafe self.handle = handle
        // Without it a client that left is only noticed when it was silent for too long.
        hangUpWatch = try? loop.watch(descriptor, for: [.peerClosed, .oneShot]) {
            [unowned self] _ in
            peerHasClosed = true
            onHangUp()
        }
    }

    /// libmicrohttpd closes the socket when this returns.
    func ended(on loop: EventLoop) {
        if let hangUpWatch { loop.cancel(hangUpWatch) }
        hangUpWatch = nil
        unsafe handle = nil
    }

    /// Makes libmicrohttpd read in its next run, if that is what it waits for.
    ///
    /// - Returns: whether it does.
    func readAgain() -> Bool {
        guard let handle = unsafe handle, transaction?.isReading ?? true else { return false }
        // Resumed connections count as readable.
        unsafe MHD_suspend_connection(handle)
        unsafe MHD_resume_connection(handle)
        return true
    }

    // MARK: - Past libmicrohttpd

    /// Ends both directions, so that libmicrohttpd sees the end of file in its next run.
    func hangUp() {
        isClosing = true
        shutdown(descriptor, CInt(SHUT_RDWR))
    }

    /// Writes a whole response past libmicrohttpd and says that nothing follows.
    ///
    /// Sound only while it has nothing of its own to write. What does not fit into the socket's
    /// buffer is lost, but these responses are short and the first on an empty buffer.
    func sendLast(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { raw in
            // The buffer is valid for the whole call, which copies it.
            _ = unsafe send(descriptor, raw.baseAddress, raw.count, CInt(MSG_NOSIGNAL))
        }
        shutdown(descriptor, CInt(SHUT_WR))
    }
}
