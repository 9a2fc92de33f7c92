import EventLoop
import HTTP2
import Testing

@testable import DaprClient

@Suite("The client as a whole")
struct DaprClientTests {
    /// One peer that speaks both APIs, and a client for it.
    private func withClient(
        _ protocol: DaprProtocol, _ script: @escaping Peer.Script,
        body: (Peer, DaprClient) async throws -> Void
    ) async throws {
        let peer = try Peer(script)
        let endpoint = SidecarEndpoint(try await peer.listen())
        let client = try DaprClient(
            configuration: .init(
                httpEndpoint: endpoint, grpcEndpoint: endpoint, protocol: `protocol`))
        try await body(peer, client)
        await client.shutdown()
        await peer.stop()
    }

    private static func answer(_ request: PeerRequest) -> PeerAnswer {
        switch request.fields[":path"] {
        case "/dapr.proto.runtime.v1.Dapr/GetState": .message([0x0a, 1, 0x31, 0x12, 1, 0x37])
        case "/v1.0/state/s/k": .http(200, "1", [("etag", "7")])
        case "/v1.0/healthz", "/v1.0/healthz/outbound": .http(204)
        case "/v1.0/metadata": .http(200, "{\"id\":\"app\"}")
        case "/dapr.proto.runtime.v1.Dapr/GetMetadata":
            .message([0x0a, 3] + Array("app".utf8))
        case "/v1.0/invoke/x/method/m": .http(200, "app")
        case "/v1.0/publish/p/t": .http(204)
        default: .message([])
        }
    }

    @Test(
        "a client that is let go without a shutdown closes its connections, and its handles keep it"
    )
    func letGo() async throws {
        let peer = try Peer(Self.answer)
        let endpoint = SidecarEndpoint(try await peer.listen())
        func store() throws -> StateStore {
            let client = try DaprClient(
                configuration: .init(
                    httpEndpoint: endpoint, grpcEndpoint: endpoint, protocol: .grpc))
            return client.state("s")
        }
        let value = try await store().get("k")
        #expect(value?.text == "1")
        await peer.waitForDisconnect()
        await peer.stop()
    }

    @Test("reads the same over each protocol", arguments: DaprProtocol.allCases)
    func sameResults(protocol: DaprProtocol) async throws {
        try await withClient(`protocol`, Self.answer) { peer, client in
            let value = try await client.state("s").get("k")
            #expect(value?.text == "1")
            #expect(value?.etag == ETag(rawValue: "7"))
            let metadata = try await client.metadata()
            #expect(metadata.id == "app")
            try await client.waitUntilReady(timeout: .seconds(5))
            #expect(await client.isHealthy())
            try await client.pubsub("p").publish("t", "hello")
            let statistics = await client.statistics
            #expect(
                Set(statistics.keys) == (`protocol` == .auto ? [.http, .grpc] : [`protocol`]))
            #expect(statistics.values.allSatisfy { $0.connections == 1 && $0.connected == 1 })
        }
    }

    @Test("auto invokes over HTTP and reads state over gRPC")
    func auto() async throws {
        try await withClient(.auto, Self.answer) { peer, client in
            let response = try await client.invoke("x", "m")
            let content = try await response.body.collect()
            #expect(content == Array("app".utf8))
            _ = try await client.state("s").get("k")
            let paths = await peer.requests.map { $0.fields[":path"] }
            #expect(
                paths == ["/v1.0/invoke/x/method/m", "/dapr.proto.runtime.v1.Dapr/GetState"])
        }
    }

    @Test("waiting tells a refused token from a sidecar that is not there")
    func waiting() async throws {
        try await withClient(
            .http,
            { request in
                request.fields[":path"] == "/v1.0/metadata"
                    ? .http(401, "invalid api token\n") : .http(204)
            }
        ) { peer, client in
            let refused = await #expect(throws: DaprError.self) {
                try await client.waitUntilReady()
            }
            #expect(refused?.kind == .unauthenticated)
            await peer.die()
            let absent = await #expect(throws: DaprError.self) {
                try await client.waitUntilReady(timeout: .seconds(2))
            }
            #expect(absent?.kind == .deadlineExceeded)
            #expect(absent?.message.contains("Connection refused") == true)
            #expect(await !client.isHealthy())
        }
    }

    @Test("a client on somebody's loop works, from tasks on that loop and from others")
    func onLoop() async throws {
        let peer = try Peer(Self.answer)
        let endpoint = SidecarEndpoint(try await peer.listen())
        let loop = try EventLoop()
        let thread = try LoopThread(running: loop, name: "shard")
        let client = try DaprClient(
            configuration: .init(grpcEndpoint: endpoint, protocol: .grpc), loop: loop)
        let inside = Task(executorPreference: loop) {
            let value = try await client.state("s").get("k")
            #expect(loop.isCurrent)
            return value
        }
        let here = try await client.state("s").get("k")
        let there = try await inside.value
        #expect(here == there)
        await client.shutdown()
        thread.join()
        await peer.stop()
    }

    @Test("a token that cannot be sent is refused when the client is made")
    func badToken() {
        let error = #expect(throws: DaprError.self) {
            try DaprClient(apiToken: "a\nb")
        }
        #expect(error?.kind == .invalidArgument)
        #expect(error?.message.contains("a\nb") == false)
    }
}
