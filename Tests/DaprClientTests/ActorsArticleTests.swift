import CoreMetrics
import Logging
import Testing

@testable import DaprClient

/// The examples of the articles on actors and on the sidecar, so that they compile.
private func examples(_ client: DaprClient) async throws {
    struct Order: Codable { var id: Int }

    let cart = client.actor(type: "Cart", id: "17")
    let total = try await cart.invoke("add", Order(id: 17), as: Int.self)
    try await cart.transaction([
        .set("order", Order(id: 17)), .set("seen", true, ttl: .seconds(60)), .delete(key: "draft"),
    ])
    let order = try await cart.state("order", as: Order.self)
    try await cart.registerReminder(
        "expire", dueTime: .after(.seconds(86400)), period: ActorPeriod("R3/PT1H"))
    let reminder = try await cart.reminder("expire")
    try await cart.unregisterReminder("expire")
    try await cart.registerTimer("tick", callback: "tick", period: .every(.seconds(10)))
    _ = (total, order, reminder)

    try await client.setMetadata("colour", to: "blue")
    let components = try await client.metadata().components
    _ = components
    if let reason = await client.health(outbound: true).reason { print(reason) }
    try await client.shutdownSidecar()
}

@Suite("Examples of the articles on actors and on the sidecar")
struct ActorsArticleTests {
    @Test("a client with a logger and metrics says that there is no sidecar for the examples")
    func run() async throws {
        var configuration = DaprClient.Configuration(
            // Nothing listens on port 1 of the loopback.
            httpEndpoint: SidecarEndpoint(host: "127.0.0.1", port: 1))
        configuration.logger = Logger(label: "dapr") { _ in SwiftLogNoOpLogHandler() }
        configuration.metrics = NOOPMetricsHandler.instance
        let client = try DaprClient(configuration: configuration)
        let error = await #expect(throws: DaprError.self) { try await examples(client) }
        #expect(error?.kind == .unavailable)
        await client.shutdown()
    }
}
