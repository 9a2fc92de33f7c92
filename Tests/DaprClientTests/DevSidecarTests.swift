import DevSidecar
import EventLoop
import Testing

@testable import DaprClient

@Suite("Against the development sidecar")
struct DevSidecarTests {
    private func withSidecar(
        _ protocol: DaprProtocol, token: String? = nil, body: (DaprClient) async throws -> Void
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
        let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
        let sidecar = DevSidecar(configuration: configuration, loop: thread.loop)
        let addresses = try await sidecar.start()
        let client = try DaprClient(
            configuration: .init(
                httpEndpoint: SidecarEndpoint(addresses.http),
                grpcEndpoint: SidecarEndpoint(addresses.grpc), protocol: `protocol`,
                apiToken: "right"))
        try await body(client)
        await client.shutdown()
        await sidecar.stop()
        thread.join()
    }

    @Test("state does the same over each protocol", arguments: DaprProtocol.allCases)
    func state(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`, token: "right") { client in
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

    @Test("so do the other building blocks", arguments: DaprProtocol.allCases)
    func others(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`) { client in
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

    @Test("a wrong token is refused by each protocol", arguments: DaprProtocol.allCases)
    func token(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`, token: "another") { client in
            let error = await #expect(throws: DaprError.self) {
                try await client.waitUntilReady(timeout: .seconds(5))
            }
            #expect(error?.kind == .unauthenticated)
        }
    }
}
