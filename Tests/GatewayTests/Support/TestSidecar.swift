import DevSidecar
import EventLoop
import TestSupport

/// A development sidecar on a thread of its own.
final class TestSidecar {
    let addresses: DevSidecar.Addresses
    private let sidecar: DevSidecar
    private let thread: LoopThread
    private let client: EventLoop

    /// - Parameter client: the loop that the test runs.
    init(_ configuration: SidecarConfiguration = .development, client: EventLoop) throws {
        let loop = try EventLoop()
        let sidecar = DevSidecar(configuration: configuration, loop: loop)
        let thread = try LoopThread(running: loop, name: "sidecar")
        do {
            addresses = try client.result { try await sidecar.start() }
        } catch {
            thread.join()
            throw error
        }
        self.sidecar = sidecar
        self.thread = thread
        self.client = client
    }

    var connectionCount: Int {
        get throws {
            try client.result { [sidecar] in await sidecar.connectionCount }
        }
    }

    func stop() throws {
        try client.result { [sidecar] in await sidecar.stop() }
        thread.join()
    }

    /// Two ports on which nobody listens.
    static func freeAddresses() throws -> (http: SocketAddress, grpc: SocketAddress) {
        let any = SocketAddress.ip("127.0.0.1", port: 0)
        let first = try Listener(on: any)
        let second = try Listener(on: any)
        return (first.address, second.address)
    }
}
