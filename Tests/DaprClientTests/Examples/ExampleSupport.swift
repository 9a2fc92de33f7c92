import DevSidecar
import EventLoop
import Testing

@testable import DaprClient

/// The examples of the articles in DaprClient.docc and of docs/FromJavaScript.md. `ExamplesTests`
/// compares them: an example is changed in both places.
enum Examples {
    struct Order: Codable { var id: Int, isPaid = false }

    /// Runs an example with a client of what `daprgw dev` offers, a store that can be queried as
    /// `db`, and an actor type `Cart`.
    static func withDevelopmentSidecar(
        _ protocol: DaprProtocol = .auto, body: (DaprClient) async throws -> Void
    ) async throws {
        var configuration = SidecarConfiguration.development
        configuration.components.append(Component(name: "db", type: "state.postgresql"))
        configuration.localApps.actorTypes = ["Cart"]
        let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
        let sidecar = DevSidecar(configuration: configuration, loop: thread.loop)
        let addresses = try await sidecar.start()
        let client = try DaprClient(
            configuration: .init(
                httpEndpoint: SidecarEndpoint(addresses.http),
                grpcEndpoint: SidecarEndpoint(addresses.grpc), protocol: `protocol`))
        do { try await body(client) } catch { Issue.record(error) }
        await client.shutdown()
        await sidecar.stop()
        thread.join()
    }
}
