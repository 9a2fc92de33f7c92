import DaprClient
import DevSidecar
import EventLoop
import GatewayRoutes
import TestSupport
import Testing

@testable import Gateway

@Suite("One shard, on the loop of the test")
struct ShardTests {
    private static let setup = Setup(protocol: .auto, shards: 1)

    @Test("clients that hang up leave no timer, watch or call behind; stopping leaves none at all")
    func leaks() throws {
        let loop = try EventLoop()
        var slow = SidecarConfiguration.development
        slow.latency = .seconds(60)
        let sidecar = try TestSidecar(slow, client: loop)
        defer { #expect(throws: Never.self) { try sidecar.stop() } }
        let configuration = Self.setup.configuration(sidecar.addresses)
        let client = try DaprClient(
            configuration: configuration.client(environment: [:]), loop: loop)
        let shard = Shard(
            loop: loop, facade: Facade(settings: configuration.facadeSettings), client: client,
            log: .silent)
        let address = try loop.result {
            try await shard.start(limits: configuration.limits, shards: 1)
            return try await shard.listen(on: .ip("127.0.0.1", port: 0), isShared: false)
        }

        // The first round makes the connections to the sidecar, which stay.
        var after: [(timers: Int, watches: Int)] = []
        for _ in 0..<3 {
            let clients = (0..<40).map { _ in TestClient(to: address, on: loop) }
            for (index, client) in clients.enumerated() {
                let body: [UInt8]? = index % 2 == 0 ? nil : [0x31]
                client.send(
                    LiveGateway.request(body == nil ? "GET" : "PUT", "/v1/state/-/k", [:], body))
            }
            try Self.wait(for: 40, calls: client, on: loop)
            for client in clients { client.close() }
            try Self.wait(for: 0, calls: client, on: loop)
            while try loop.result({ await shard.inFlight + shard.metrics().clientConnections }) > 0
            {
                loop.pause()
            }
            after.append((loop.timerCount, loop.watchCount))
        }
        #expect(after[2].watches == after[0].watches)
        #expect(after[2].timers <= after[0].timers + 2, "\(after)")

        try loop.result { await shard.stop() }
        loop.pause()
        #expect(loop.watchCount == 0)
        #expect(loop.timerCount == 0)
    }

    private static func wait(
        for count: Int, calls client: DaprClient, on loop: EventLoop
    ) throws {
        let deadline = loop.now + .seconds(20)
        while try loop.result({ await client.statistics[.grpc]?.openStreams }) != count {
            guard loop.now < deadline else { throw TimedOut(description: "\(count) calls") }
            loop.pause()
        }
    }

    @Test("the places of finished requests are used again, and nothing of them is left")
    func table() throws {
        let loop = try EventLoop()
        var table = RequestTable()
        let first = table.begin("a", at: loop.now)
        let second = table.begin("b", at: loop.now)
        #expect(first != second)
        table[first].route = Facade().table.routes[0]
        table.end(first)
        #expect(!table.isEmpty)
        #expect(table.begin("c", at: loop.now) == first)
        #expect(table[first].id == "c")
        #expect(table[first].route == nil)
        table.end(first)
        table.end(second)
        #expect(table.isEmpty)
    }
}
