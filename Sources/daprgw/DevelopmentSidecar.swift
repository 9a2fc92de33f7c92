import DevSidecar
import EventLoop
import Synchronization

/// The sidecar of `daprgw dev`, on Dapr's ports or, when those are taken, on free ones.
struct DevelopmentSidecar {
    let addresses: DevSidecar.Addresses
    let isOnOtherPorts: Bool
    private let sidecar: DevSidecar

    /// Opens the ports on a loop that does not run yet.
    init(on loop: EventLoop) throws {
        do {
            (sidecar, addresses) = try Self.open(http: 3500, grpc: 50001, on: loop)
            isOnOtherPorts = false
        } catch {
            (sidecar, addresses) = try Self.open(http: 0, grpc: 0, on: loop)
            isOnOtherPorts = true
        }
    }

    /// Ends it, while the loop still runs.
    func stop() async {
        await sidecar.stop()
    }

    private static func open(
        http: UInt16, grpc: UInt16, on loop: EventLoop
    ) throws -> (DevSidecar, DevSidecar.Addresses) {
        var configuration = SidecarConfiguration.development
        configuration.httpAddress = .ip("127.0.0.1", port: http)
        configuration.grpcAddress = .ip("127.0.0.1", port: grpc)
        let sidecar = DevSidecar(configuration: configuration, loop: loop)
        let start = Start()
        Task(executorPreference: loop) {
            do {
                let addresses = try await sidecar.start()
                start.result.withLock { $0 = .success(addresses) }
            } catch {
                start.result.withLock { $0 = .failure(error) }
            }
        }
        loop.run { start.result.withLock { $0 != nil } }
        guard let result = start.result.withLock({ $0 }) else {
            preconditionFailure("the loop ran until there was a result")
        }
        return (sidecar, try result.get())
    }

    /// What the task that starts the sidecar leaves for the thread that runs the loop.
    private final class Start: Sendable {
        let result = Mutex<Result<DevSidecar.Addresses, any Error>?>(nil)
    }
}
