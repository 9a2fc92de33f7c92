import EventLoop
import Glibc
import HTTPMessage

/// One client's socket, from `MHD_add_connection` until libmicrohttpd closes it.
///
/// libmicrohttpd owns the descriptor and holds one reference to this as its socket context, taken
/// when it announces the connection and given back when it announces the end.
final class Connection {
    let descriptor: CInt
    let peer: Peer
    /// Where the server's table holds it.
    var slot = 0
    /// Whether a request is on it, from its first line to the end of its response.
    var isBusy = false
    /// When it last became idle, on a counter of the server.
    var idleSince: UInt64 = 0
    /// Whether `hangUp` was called.
    private(set) var isClosing = false
    /// Whether the client has ended its direction: nothing follows what it has sent.
    private(set) var isClientDone = false
    /// Notices that, which libmicrohttpd cannot always.
    private var endWatch: Watch?
    private var endTimer: LoopTimer?

    init(descriptor: CInt, peer: Peer, idleSince: UInt64) {
        self.descriptor = descriptor
        self.peer = peer
        self.idleSince = idleSince
    }

    /// Starts to look for the end of what the client sends.
    ///
    /// libmicrohttpd's own epoll set is edge-triggered and knows no `EPOLLRDHUP`: when the end came
    /// together with the last bytes it reads those, waits for an edge that was already there, and so
    /// keeps half a request until its timeout. At suspended connections it does not look at all.
    func watchEnd(on loop: EventLoop) {
        // Without the watch the timeouts still end the connection.
        endWatch = try? loop.watch(descriptor, for: [.peerClosed, .oneShot]) { [weak self] _ in
            self?.clientIsDone(on: loop)
        }
    }

    /// Makes a new edge; what is in the socket's buffer can still be read. Again after a while: an
    /// edge before libmicrohttpd's last read is lost like the first.
    private func clientIsDone(on loop: EventLoop) {
        isClientDone = true
        shutdown(descriptor, CInt(SHUT_RD))
        endTimer = loop.schedule(after: .milliseconds(50)) { [weak self] in
            self?.clientIsDone(on: loop)
        }
    }

    /// Call it before the descriptor is closed.
    func stopWatching(on loop: EventLoop) {
        if let watch = endWatch.take() { loop.cancel(watch) }
        if let timer = endTimer.take() { loop.cancel(timer) }
    }

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
