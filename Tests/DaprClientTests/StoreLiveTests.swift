import DevSidecar
import EventLoop
import HTTP2
import Testing

@testable import DaprClient

@Suite("Configuration and locks against the development sidecar")
struct StoreLiveTests {
    /// Runs a test with a client, and a function that sets the sidecar up by `PUT /dev/...`.
    private func withSidecar(
        _ protocol: DaprProtocol,
        body: (DaprClient, (String, String) async throws -> Void) async throws -> Void
    ) async throws {
        let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
        let configuration = SidecarConfiguration(
            appID: "app",
            components: [
                Component(
                    name: "c", type: "configuration.redis",
                    metadata: ["values": #"{"a":"1||v1","b":"2"}"#]),
                Component(name: "l", type: "lock.redis"),
            ])
        let sidecar = DevSidecar(configuration: configuration, loop: thread.loop)
        let addresses = try await sidecar.start()
        let client = try DaprClient(
            configuration: .init(
                httpEndpoint: SidecarEndpoint(addresses.http),
                grpcEndpoint: SidecarEndpoint(addresses.grpc), protocol: `protocol`))
        let pool = SidecarPool(to: SidecarEndpoint(addresses.http), on: client.loop)
        try await body(client) { path, text in
            var head = HeaderBlock(capacity: 64)
            try head.append(":method", "PUT")
            try head.append(":scheme", "http")
            try head.append(":authority", "localhost")
            try head.append(":path", "/dev/" + path)
            let response = try await pool.perform(
                ExchangeRequest(
                    head: head, content: .bytes(Array(text.utf8)),
                    reception: .bytes(limit: 1000), timeout: .seconds(5))
            ).get()
            #expect(response.head.status == 204)
        }
        await pool.shutDown()
        await client.shutdown()
        await sidecar.stop()
        thread.join()
    }

    @Test("configuration is read and followed over each protocol", arguments: DaprProtocol.allCases)
    func configuration(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`) { client, put in
            let store = client.configuration("c")
            let a = try await store.get("a")
            #expect(a == ConfigurationItem("1", version: "v1"))
            let several = try await store.get(["a", "b", "c"])
            #expect(several.keys.sorted() == ["a", "b"])
            let all = try await store.getAll()
            #expect(all == several)
            let changes = store.changes(of: ["a"], pollingEvery: .milliseconds(100))
            let iterator = changes.makeAsyncIterator()
            let first = try await iterator.next()
            #expect(first?.items == ["a": ConfigurationItem("1", version: "v1")])
            try await put("configuration/c/b", "3")
            try await put("configuration/c/a", "2||v2")
            let second = try await iterator.next()
            #expect(second?.updated == ["a": ConfigurationItem("2", version: "v2")])
            try await put("configuration/c/a", "")
            let third = try await iterator.next()
            #expect(third?.removed == ["a"])
            #expect(await changes.timeSinceConfirmation != nil)
            let error = await #expect(throws: DaprError.self) {
                try await client.configuration("nowhere").changes(of: ["a"])
                    .makeAsyncIterator().next()
            }
            #expect(error?.kind == .noSuchComponent)
        }
    }

    @Test("a store that forgets to tell is found out by the confirmation")
    func deadStream() async throws {
        try await withSidecar(.grpc) { client, put in
            let iterator = client.configuration("c")
                .changes(of: ["a"], confirmingEvery: .milliseconds(50)).makeAsyncIterator()
            _ = try await iterator.next()
            try await put("configuration/c?notify=false", "")
            try await put("configuration/c/a", "2")
            let change = try await iterator.next()
            #expect(change?.updated == ["a": ConfigurationItem("2")])
        }
    }

    @Test(
        "locks exclude, and have four results, over each protocol", arguments: DaprProtocol.allCases
    )
    func locks(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`) { client, put in
            let locks = client.lock("l")
            let mine = try await locks.tryLock("r", owner: "me", expiry: .seconds(60))
            #expect(mine)
            let again = try await locks.tryLock("r", owner: "me", expiry: .seconds(60))
            #expect(!again)
            let others = try await locks.unlock("r", owner: "you")
            #expect(others == .belongsToOthers)
            let unlocked = try await locks.unlock("r", owner: "me")
            #expect(unlocked == .success)
            let gone = try await locks.unlock("r", owner: "me")
            #expect(gone == .doesNotExist)
            let unknown = await #expect(throws: DaprError.self) {
                try await client.lock("nowhere").unlock("r", owner: "me")
            }
            #expect(unknown?.kind == .noSuchComponent)
            let illegal = await #expect(throws: DaprError.self) {
                try await locks.unlock("a||b", owner: "me")
            }
            #expect(illegal?.kind == .invalidArgument)
            try await put("outages/l", "")
            let down = await #expect(throws: DaprError.self) {
                try await locks.tryLock("r", owner: "me", expiry: .seconds(60))
            }
            #expect(down?.kind == .componentFailed)
        }
    }
}
