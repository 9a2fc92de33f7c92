import DevSidecar
import EventLoop
import JSON
import Testing

@testable import DaprClient

@Suite("Actors against the development sidecar")
struct ActorsDevSidecarTests {
    private struct Order: Codable, Equatable {
        var id: Int
        var name: String
    }

    private func withActors(
        _ protocol: DaprProtocol, hasPlacement: Bool = true,
        body: (DaprClient) async throws -> Void
    ) async throws {
        var configuration = SidecarConfiguration(
            appID: "app",
            components: [
                Component(
                    name: "s", type: "state.in-memory", metadata: ["actorStateStore": "true"])
            ])
        configuration.hasPlacement = hasPlacement
        configuration.localApps.echoID = "echo"
        configuration.localApps.actorTypes = ["T"]
        let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
        let sidecar = DevSidecar(configuration: configuration, loop: thread.loop)
        let addresses = try await sidecar.start()
        let client = try DaprClient(
            configuration: .init(
                httpEndpoint: SidecarEndpoint(addresses.http),
                grpcEndpoint: SidecarEndpoint(addresses.grpc), protocol: `protocol`))
        try await body(client)
        await client.shutdown()
        await sidecar.stop()
        thread.join()
    }

    /// What the echo app was asked.
    private struct Echo: Decodable {
        var method: String
        var path: String
        var body: String
    }

    private func kind(_ call: () async throws -> Void) async -> DaprError.Kind? {
        await #expect(throws: DaprError.self) { try await call() }?.kind
    }

    @Test("methods are called with values, bytes and nothing", arguments: DaprProtocol.allCases)
    func methods(protocol: DaprProtocol) async throws {
        try await withActors(`protocol`) { client in
            let actor = client.actor(type: "T", id: "a b+%\u{e9}")
            let echo = try await actor.invoke("m", Order(id: 1, name: "x"), as: Echo.self)
            #expect(echo.method == "PUT")
            #expect(echo.path == "/actors/T/a%20b%2B%25%C3%A9/method/m")
            #expect(echo.body == #"{"id":1,"name":"x"}"#)
            #expect(try await actor.invoke("m", as: Echo.self).body.isEmpty)
            #expect(try await actor.invoke("m", [UInt8]("raw".utf8), as: Echo.self).body == "raw")
            #expect(await kind { try await actor.invoke("fail") } == .componentFailed)
            #expect(await kind { try await actor.invoke("none") } == .notFound)
            let nobody = client.actor(type: "Nobody", id: "1")
            #expect(await kind { try await nobody.invoke("m") } == .noSuchComponent)
            #expect(
                await kind { try await client.actor(type: "T", id: "a/b").invoke("m") }
                    == .invalidArgument)
            let metadata = try await client.metadata()
            #expect(metadata.actorRuntime?.status == .running)
            #expect(metadata.actorRuntime?.isHostReady == true)
            #expect(metadata.actorRuntime?.activeActors == ["T": 1])
        }
    }

    @Test("state is read and changed in transactions", arguments: DaprProtocol.allCases)
    func state(protocol: DaprProtocol) async throws {
        try await withActors(`protocol`) { client in
            let actor = client.actor(type: "T", id: "1")
            #expect(await kind { try await actor.setState("k", 1) } == .notFound)
            try await actor.invoke("m")
            #expect(try await actor.state("k") == nil)
            let order = Order(id: 1, name: "x")
            try await actor.transaction([
                .set("k", order), .upsert(key: "t", value: [0x31], ttl: .seconds(100)),
                .delete(key: "nothing"),
            ])
            #expect(try await actor.state("k", as: Order.self) == order)
            #expect(try await actor.state("t")?.expiry != nil)
            try await actor.removeState("k")
            #expect(try await actor.state("k", as: Order.self) == nil)
            #expect(
                await kind {
                    _ = try await client.actor(type: "dapr.internal.x", id: "1").state("k")
                }
                    == .denied)
        }
    }

    @Test("reminders are kept until they are unregistered", arguments: DaprProtocol.allCases)
    func reminders(protocol: DaprProtocol) async throws {
        try await withActors(`protocol`) { client in
            let actor = client.actor(type: "T", id: "1")
            #expect(try await actor.reminder("r") == nil)
            let order = Order(id: 7, name: "y")
            try await actor.registerReminder(
                "r", order, dueTime: .after(.seconds(3600)), period: ActorPeriod("P1D"),
                ttl: .after(.seconds(86400)))
            let reminder = try #require(try await actor.reminder("r"))
            #expect(reminder.actor == actor.reference)
            #expect(reminder.dueTime == .after(.seconds(3600)))
            #expect(reminder.periodText == "@every 24h0m0s")
            #expect(reminder.period == .every(.seconds(86400)))
            guard case .at(let end) = reminder.ttl else {
                Issue.record("the time to live is a point in time: \(reminder)")
                return
            }
            #expect(try end > Timestamp("2026-01-01T00:00:00Z"))
            #expect(try reminder.decode(as: Order.self) == order)
            #expect(
                await kind {
                    try await actor.registerReminder(
                        "r", dueTime: .after(.seconds(1)), overwrites: false)
                } == .conflict)
            try await actor.unregisterReminder("r")
            try await actor.unregisterReminder("r")
            #expect(try await actor.reminder("r") == nil)
            #expect(await kind { try await actor.registerReminder("never") } == .componentFailed)
            let nobody = client.actor(type: "Nobody", id: "1")
            #expect(
                await kind {
                    try await nobody.registerReminder("r", dueTime: .after(.seconds(1)))
                } == .denied)
            try await actor.registerTimer("t", callback: "tick", dueTime: .after(.seconds(3600)))
            try await actor.unregisterTimer("t")
        }
    }

    @Test(
        "reminders of a type are listed and removed over gRPC",
        arguments: [DaprProtocol.grpc, .auto])
    func listing(protocol: DaprProtocol) async throws {
        try await withActors(`protocol`) { client in
            let type = client.actors(ofType: "T")
            for id in ["1", "2"] {
                for name in ["a", "b"] {
                    try await type.actor(id).registerReminder(
                        name, "data", dueTime: .after(.seconds(3600)))
                }
            }
            let all = try await type.reminders()
            #expect(all.map { $0.actor.id + $0.name } == ["1a", "1b", "2a", "2b"])
            #expect(try all[0].decode(as: String.self) == "data")
            try await type.actor("1").unregisterReminders()
            #expect(try await type.actor("1").reminders().isEmpty)
            #expect(try await type.reminders().count == 2)
            try await type.unregisterReminders()
            #expect(try await type.reminders().isEmpty)
        }
    }

    @Test("one call at a time, in the order of their coming", arguments: DaprProtocol.allCases)
    func turns(protocol: DaprProtocol) async throws {
        try await withActors(`protocol`) { client in
            let actor = client.actor(type: "T", id: "1")
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { try await actor.invoke("slow") } }
                // Another actor does not wait.
                group.addTask { try await client.actor(type: "T", id: "2").invoke("slow") }
                try await group.waitForAll()
            }
            #expect(ContinuousClock.now - start >= .milliseconds(600))
        }
    }

    @Test("a caller that goes away gives its turn up")
    func cancelledTurn() async throws {
        try await withActors(.http) { client in
            let actor = client.actor(type: "T", id: "1")
            let first = Task { try await actor.invoke("slow") }
            let second = Task { try await actor.invoke("slow") }
            second.cancel()
            await #expect(throws: DaprError.self) { try await second.value }
            _ = try await first.value
            try await actor.invoke("m")
            let error = await #expect(throws: DaprError.self) {
                try await actor.invoke("slow", options: CallOptions(timeout: .milliseconds(20)))
            }
            #expect(error?.kind == .deadlineExceeded)
        }
    }

    @Test("without placement every call says so", arguments: DaprProtocol.allCases)
    func noPlacement(protocol: DaprProtocol) async throws {
        try await withActors(`protocol`, hasPlacement: false) { client in
            let actor = client.actor(type: "T", id: "1")
            for call in [
                { _ = try await actor.invoke("m") }, { _ = try await actor.state("k") },
                { try await actor.setState("k", 1) }, { _ = try await actor.reminder("r") },
                { try await actor.registerReminder("r", dueTime: .after(.zero)) },
                { try await actor.unregisterReminder("r") },
                { try await actor.registerTimer("t", callback: "c") },
                { try await actor.unregisterTimer("t") },
            ] as [() async throws -> Void] {
                #expect(await kind(call) == .notSupported)
            }
            let metadata = try await client.metadata()
            #expect(metadata.actorRuntime?.status == .disabled)
        }
    }
}
