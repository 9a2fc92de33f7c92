import EventLoop
import TLS

/// A listening socket of the sidecar and the connections that came over it.
final class Port {
    private let loop: EventLoop
    private let listener: Listener
    private var watch: Watch?
    private var connections: [ObjectIdentifier: Connection] = [:]

    /// Where it listens, with the real port.
    let address: SocketAddress

    /// Listens.
    ///
    /// - Parameters:
    ///   - tls: the rules of TLS, where it is spoken.
    ///   - choose: gives the engine for a connection's first bytes, see `Connection`.
    init(
        _ address: SocketAddress, on loop: EventLoop, tls: TLSContext?,
        choose: @escaping (Connection, ArraySlice<UInt8>) -> (any ConnectionEngine)?
    ) throws(SystemError) {
        self.loop = loop
        listener = try Listener(on: address)
        self.address = listener.address
        watch = try loop.watch(listener.descriptor.rawValue, for: .readable) { [weak self] _ in
            self?.accept(tls, choose)
        }
    }

    /// How many connections are open.
    var connectionCount: Int { connections.count }

    private func accept(
        _ tls: TLSContext?,
        _ choose: @escaping (Connection, ArraySlice<UInt8>) -> (any ConnectionEngine)?
    ) {
        // Bounded: the rest is reported again in the next turn.
        for _ in 0..<64 {
            do {
                guard let accepted = try listener.accept() else { return }
                let connection = try Connection(accepted, on: loop, tls: tls, choose: choose) {
                    [weak self] connection in
                    self?.connections[ObjectIdentifier(connection)] = nil
                }
                connections[ObjectIdentifier(connection)] = connection
            } catch {
                // Out of descriptors: those that wait are accepted when others have closed.
                return
            }
        }
    }

    /// Takes no new connections; those that are open go on.
    func stopAccepting() {
        if let watch { loop.cancel(watch) }
        watch = nil
    }

    /// Closes everything.
    func close() {
        stopAccepting()
        listener.removeFile()
        for connection in Array(connections.values) { connection.close() }
    }
}
