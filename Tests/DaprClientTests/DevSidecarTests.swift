import DevSidecar
import EventLoop
import HTTPTypes
import Testing

@testable import DaprClient

@Suite("Against the development sidecar")
struct DevSidecarTests {
    private func withSidecar(
        _ protocol: DaprProtocol, over way: Way = .plain, token: String? = nil,
        body: (DaprClient) async throws -> Void
    ) async throws {
        var configuration = SidecarConfiguration(
            appID: "app",
            components: [
                Component(name: "s", type: "state.in-memory"),
                Component(name: "p", type: "pubsub.in-memory"),
                Component(name: "env", type: "secretstores.local.env"),
            ])
        configuration.environment = ["PASSWORD": "geheim"]
        configuration.apiToken = token
        configuration.localApps.echoID = "echo"
        try way.apply(to: &configuration)
        let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
        let sidecar = DevSidecar(configuration: configuration, loop: thread.loop)
        let addresses = try await sidecar.start()
        var settings = DaprClient.Configuration(
            httpEndpoint: SidecarEndpoint(addresses.http, usesTLS: way.usesTLS),
            grpcEndpoint: SidecarEndpoint(addresses.grpc, usesTLS: way.usesTLS),
            protocol: `protocol`, apiToken: "right")
        settings.tls = Certificates.trusting
        let client = try DaprClient(configuration: settings)
        do { try await body(client) } catch { Issue.record(error, "\(way)") }
        await client.shutdown()
        await sidecar.stop()
        thread.join()
    }

    @Test(
        "state does the same over each protocol and way", arguments: DaprProtocol.allCases,
        Way.allCases)
    func state(protocol: DaprProtocol, way: Way) async throws {
        try await withSidecar(`protocol`, over: way, token: "right") { client in
            try await client.waitUntilReady(timeout: .seconds(5))
            let store = client.state("s")
            let missing = try await store.get("a/b +%")
            #expect(missing == nil)
            try await store.save("a/b +%", "{\"n\":1}")
            let value = try #require(try await store.get("a/b +%") as StateValue?)
            #expect(value.text == "{\"n\":1}")
            let conflict = await #expect(throws: DaprError.self) {
                try await store.save("a/b +%", "2", etag: ETag(rawValue: "77"))
            }
            #expect(conflict?.kind == .conflict)
            #expect(conflict?.code == "ERR_STATE_SAVE")
            try await store.save("a/b +%", "2", etag: value.etag)
            try await store.transaction([
                .upsert(StateItem(key: "x", value: Array("3".utf8))),
                .delete(StateDeletion("a/b +%")),
            ])
            let items = try await store.get(["x", "a/b +%"])
            #expect(items.map(\.key) == ["x", "a/b +%"])
            #expect(items.map { $0.value?.text } == ["3", nil])
            try await store.delete("x")
            let unknown = await #expect(throws: DaprError.self) {
                try await client.state("nowhere").get("k")
            }
            #expect(unknown?.kind == .noSuchComponent)
        }
    }

    @Test("so do the other building blocks", arguments: DaprProtocol.allCases, Way.allCases)
    func others(protocol: DaprProtocol, way: Way) async throws {
        try await withSidecar(`protocol`, over: way) { client in
            try await client.pubsub("p").publish("t", "hello")
            let topic = await #expect(throws: DaprError.self) {
                try await client.pubsub("nowhere").publish("t", "hello")
            }
            #expect(topic?.kind == .noSuchComponent)
            let secret = try await client.secrets("env").get("PASSWORD")
            #expect(secret == ["PASSWORD": "geheim"])
            let store = await #expect(throws: DaprError.self) {
                try await client.secrets("nowhere").get("PASSWORD")
            }
            #expect(store?.kind == .noSuchComponent)
            try await client.setMetadata("attribute", to: "value")
            let metadata = try await client.metadata()
            #expect(metadata.id == "app")
            #expect(metadata.extended["attribute"] == "value")
            #expect(Set(metadata.components.map(\.name)) == ["s", "p", "env"])
            let app = await #expect(throws: DaprError.self) {
                try await client.invoke("nowhere", "m")
            }
            #expect(app?.kind == .noSuchComponent)
        }
    }

    @Test(
        "a large value goes there and back, and so do many at a time",
        arguments: Way.allCases)
    func bodies(way: Way) async throws {
        try await withSidecar(.http, over: way) { client in
            let large = "\"" + String(repeating: "0123456789", count: 100_000) + "\""
            try await client.state("s").save("large", large)
            let value = try await client.state("s").get("large") as StateValue?
            #expect(value?.text == large)
            let content = Array(repeatElement([UInt8](0...250), count: 4000).joined())
            let response = try await client.api.invoke(
                InvokeRequest(appID: "echo", verb: .post, method: "m", body: .bytes(content)),
                options: CallOptions())
            #expect(response.status.code == 200)
            #expect(try await response.body.collect() != nil)
            let sizes = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        let key = "k\(index)"
                        let value = "\"" + String(repeating: "x", count: index * 100) + "\""
                        try await client.state("s").save(key, value)
                        return try await (client.state("s").get(key) as StateValue?)?.data.count
                            ?? -1
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(sizes.sorted() == (0..<100).map { $0 * 100 + 2 })
            let statistics = await client.statistics[.http]
            #expect(statistics?.openStreams == 0)
            #expect((1...4).contains(statistics?.connections ?? 0))
        }
    }

    @Test(
        "a wrong token is refused by each protocol and way", arguments: DaprProtocol.allCases,
        Way.allCases)
    func token(protocol: DaprProtocol, way: Way) async throws {
        try await withSidecar(`protocol`, over: way, token: "another") { client in
            let error = await #expect(throws: DaprError.self) {
                try await client.waitUntilReady(timeout: .seconds(5))
            }
            #expect(error?.kind == .unauthenticated)
        }
    }
}
