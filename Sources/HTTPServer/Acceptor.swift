import CMicrohttpd
public import EventLoop
import Glibc
import HTTPMessage
import HTTPTypes

let outOfMemory = ENOMEM

/// A listening socket of a server.
final class Acceptor {
    /// How many connections one turn takes from one socket, so that open ones get their share.
    private static let perTurn = 64

    private let listener: Listener
    private let server: HTTPServer
    private var watch: Watch?
    private var pause: LoopTimer?

    init(_ listener: consuming Listener, server: HTTPServer) throws(SystemError) {
        let number = listener.descriptor.rawValue
        self.listener = listener
        self.server = server
        watch = try server.loop.watch(number, for: .readable) { [weak self] _ in
            self?.accept(atMost: Self.perTurn)
        }
    }

    /// Takes what waits, so that nobody who got a connection is reset, then closes the socket.
    func close() {
        accept(atMost: .max)
        if let watch { server.loop.cancel(watch) }
        if let pause { server.loop.cancel(pause) }
        watch = nil
    }

    private func accept(atMost limit: Int) {
        do throws(SystemError) {
            for _ in 0..<limit {
                guard let connection = try listener.accept() else { return }
                server.adopt(connection)
            }
        } catch {
            // Out of descriptors, mostly. The socket stays readable, so looking again at once would
            // only burn time that could end connections.
            rest()
        }
    }

    private func rest() {
        guard let watch else { return }
        server.loop.change(watch, to: [])
        pause = server.loop.schedule(after: .milliseconds(100)) { [weak self] in
            guard let self, let watch = self.watch else { return }
            server.loop.change(watch, to: .readable)
        }
    }
}

extension HTTPServer {
    /// Accepts connections from a socket, besides those that were given before.
    ///
    /// - Parameter listener: owned by the server from now on; closed by `quiesce()`.
    public func listen(on listener: consuming Listener) throws(SystemError) {
        acceptors.append(try Acceptor(listener, server: self))
    }

    /// Serves a connection that was accepted elsewhere.
    ///
    /// - Parameter connection: a connected, non-blocking stream socket, from which nothing was read.
    public func adopt(_ connection: consuming AcceptedConnection) {
        let address = connection.peer.description
        let peer = Peer(address: address, uid: connection.peerUID)
        let number = connection.takeDescriptor().release()
        guard makeRoom(), let daemon = unsafe daemon else {
            let unserved = Connection(descriptor: number, peer: peer, idleSince: 0)
            let refusal = ServerRefusal.tooManyConnections(limit: configuration.connections)
            unserved.sendLast(response(for: refusal, to: nil).wholeMessage(for: .get))
            _ = Descriptor(takingOwnershipOf: number)
            return
        }
        announced = Connection(descriptor: number, peer: peer, idleSince: activity)
        // The address only serves libmicrohttpd's own limit per address, which is off.
        var unspecified = sockaddr()
        unspecified.sa_family = sa_family_t(AF_UNSPEC)
        // Takes the descriptor over, also when it fails; announces the connection before it returns.
        _ = unsafe MHD_add_connection(
            daemon, number, &unspecified, socklen_t(MemoryLayout<sockaddr>.size))
        announced = nil
        requestRun()
    }

    /// Closes the connection that was idle for longest, if all are in use.
    ///
    /// - Returns: false when every connection is busy.
    private func makeRoom() -> Bool {
        guard connections.count >= configuration.connections else { return true }
        let open = connections.elements.filter { !$0.isClosing }
        guard open.count >= configuration.connections else { return true }
        let idle = open.lazy.filter { !$0.isBusy }
        guard let longest = idle.min(by: { $0.idleSince < $1.idleSince }) else { return false }
        longest.hangUp()
        return true
    }
}
