import DevSidecar
import EventLoop
import Synchronization
import TestSupport
import Testing

@testable import DaprClient

private struct Order: Codable, Equatable {
    var id: Int
    var note: String
}

/// A sidecar with actors, a scheduler and a model, and a client of it.
private func withSidecar(
    _ protocol: DaprProtocol, _ change: (inout SidecarConfiguration) -> Void = { _ in },
    body: (DaprClient) async throws -> Void
) async throws {
    var configuration = SidecarConfiguration(
        appID: "app",
        components: [
            Component(
                name: "s", type: "state.in-memory", metadata: ["actorStateStore": "true"]),
            Component(name: "echo", type: "conversation.echo"),
        ])
    change(&configuration)
    let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
    let sidecar = DevSidecar(configuration: configuration, loop: thread.loop)
    let addresses = try await sidecar.start()
    let client = try DaprClient(
        configuration: .init(
            httpEndpoint: SidecarEndpoint(addresses.http),
            grpcEndpoint: SidecarEndpoint(addresses.grpc), protocol: `protocol`))
    let result: Result<Void, any Error>
    do {
        try await body(client)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await client.shutdown()
    await sidecar.stop()
    thread.join()
    try result.get()
}

@Suite("Workflows, jobs and conversation against the development sidecar")
struct WorkflowTests {
    @Test(
        "an instance is started, told things, ended and forgotten", arguments: DaprProtocol.allCases
    )
    func workflow(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`) { client in
            let order = Order(id: 7, note: "ä/%")
            let instance = try await client.workflows.start("wf", input: order, id: "order-7")
            #expect(instance.id == "order-7")
            let state = try await instance.waitForStart()
            #expect(state.name == "wf")
            #expect(state.status == .running)
            #expect(try state.decodeInput(as: Order.self) == order)
            #expect(try #require(state.createdAt) > Timestamp("2026-01-01T00:00:00Z"))
            #expect(state.createdAt == state.lastUpdatedAt)

            try await instance.raise("some event/é", order)
            try await instance.pause()
            let paused = try await instance.state()
            #expect(paused?.status == .suspended)
            try await instance.resume()
            let early = await #expect(throws: DaprError.self) { try await instance.purge() }
            #expect(early?.kind == .conflict)
            let late = await #expect(throws: DaprError.self) {
                try await instance.waitForCompletion(timeout: .milliseconds(1))
            }
            #expect(late?.kind == .deadlineExceeded)
            try await instance.terminate()
            let end = try await instance.waitForCompletion()
            #expect(end.status == .terminated)
            try await instance.purge()
            let gone = try await instance.state()
            #expect(gone == nil)
        }
    }

    @Test(
        "wrong arguments and unknown instances are errors of their own",
        arguments: DaprProtocol.allCases)
    func workflowFaults(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`) { client in
            func kind(_ body: () async throws -> Void) async -> DaprError.Kind? {
                await #expect(throws: DaprError.self) { try await body() }?.kind
            }
            let workflows = client.workflows
            try await workflows.start("wf", id: "twice")
            #expect(await kind { try await workflows.start("wf", id: "twice") } == .conflict)
            #expect(await kind { try await workflows.start("") } == .invalidArgument)
            #expect(await kind { try await workflows.start("wf", id: "") } == .invalidArgument)
            #expect(await kind { try await workflows.start("wf", id: "a b") } == .invalidArgument)
            let long = String(repeating: "x", count: 65)
            #expect(await kind { try await workflows.start("wf", id: long) } == .invalidArgument)
            let unknown = workflows.instance("nobody")
            #expect(await kind { try await unknown.waitForStart() } == .notFound)
            #expect(await kind { try await unknown.raise("e") } == .notFound)
            #expect(await kind { try await unknown.pause() } == .notFound)
            #expect(await kind { try await unknown.resume() } == .notFound)
            #expect(await kind { try await unknown.terminate() } == .notFound)
            #expect(await kind { try await unknown.purge() } == .notFound)
            #expect(await kind { try await workflows.instance("").raise("e") } == .invalidArgument)
            #expect(await kind { try await unknown.raise("") } == .invalidArgument)
        }
    }

    @Test("a start time is for gRPC only")
    func startTime() async throws {
        let later = try Timestamp("2999-01-01T00:00:00Z")
        try await withSidecar(.grpc) { client in
            let instance = try await client.workflows.start("wf", startTime: later)
            let state = try await instance.state()
            #expect(state?.status == .pending)
        }
        try await withSidecar(.http) { client in
            let fault = await #expect(throws: DaprError.self) {
                try await client.workflows.start("wf", startTime: later)
            }
            #expect(fault?.kind == .notSupported)
        }
    }

    @Test(
        "without placement and scheduler there is nothing of it", arguments: DaprProtocol.allCases)
    func without(protocol: DaprProtocol) async throws {
        let change = { (configuration: inout SidecarConfiguration) in
            configuration.hasPlacement = false
            configuration.hasScheduler = false
        }
        try await withSidecar(`protocol`, change) { client in
            let workflow = await #expect(throws: DaprError.self) {
                try await client.workflows.start("wf")
            }
            #expect(workflow?.kind == .notSupported)
            let job = await #expect(throws: DaprError.self) {
                try await client.jobs.schedule(Job(name: "j", dueTime: .after(.seconds(10))))
            }
            #expect(job?.kind == .notSupported)
            #expect(job?.code == "DAPR_SCHEDULER_SCHEDULE_JOB")
        }
    }

    @Test("a job is scheduled, read and deleted", arguments: DaprProtocol.allCases)
    func jobs(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`) { client in
            let jobs = client.jobs
            let order = Order(id: 7, note: "ä/%")
            let job = try Job(
                name: "nightly é/%", schedule: .every(.seconds(90)), repeats: 5,
                dueTime: .after(.seconds(3600)), ttl: .at(Timestamp("2999-01-01T00:00:00Z")),
                failurePolicy: .retry(interval: .milliseconds(1500), maxRetries: 2))
            try await jobs.schedule(job, data: order)
            var read = try #require(try await jobs.get(job.name))
            #expect(try read.decodeData(as: Order.self) == order)
            read.data = nil
            #expect(read == job)

            let twice = await #expect(throws: DaprError.self) { try await jobs.schedule(job) }
            #expect(twice?.kind == .conflict)
            try await jobs.schedule(job, data: "text", overwrite: true)
            read = try #require(try await jobs.get(job.name))
            #expect(try read.decodeData(as: String.self) == "text")
            try await jobs.delete(job.name)
            let gone = try await jobs.get(job.name)
            #expect(gone == nil)
            try await jobs.delete(job.name)
        }
    }

    @Test("jobs are listed, and deleted by prefix, and hold bytes, over gRPC")
    func jobLists() async throws {
        try await withSidecar(.grpc) { client in
            for name in ["b1", "a1", "a2"] {
                try await client.jobs.schedule(
                    Job(name: name, schedule: .daily), data: [0, 255] as [UInt8])
            }
            #expect(try await client.jobs.list().map(\.name) == ["a1", "a2", "b1"])
            #expect(try await client.jobs.get("a1")?.data == .bytes([0, 255]))
            try await client.jobs.delete(prefix: "a")
            #expect(try await client.jobs.list().map(\.name) == ["b1"])
            try await client.jobs.deleteAll()
            #expect(try await client.jobs.list().isEmpty)
        }
        try await withSidecar(.http) { client in
            let job = Job(name: "j", schedule: .daily)
            for call: () async throws -> Void in [
                { _ = try await client.jobs.list() }, { try await client.jobs.deleteAll() },
                { try await client.jobs.schedule(job, data: [0] as [UInt8]) },
            ] {
                let fault = await #expect(throws: DaprError.self) { try await call() }
                #expect(fault?.kind == .notSupported)
            }
        }
    }

    @Test("wrong jobs are refused", arguments: DaprProtocol.allCases)
    func jobFaults(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`) { client in
            for job in [
                Job(name: ""), Job(name: "j"), Job(name: " ", schedule: .daily),
                Job(name: "j", schedule: JobSchedule("often")),
                Job(name: "j", dueTime: .other("soon")),
                Job(name: "j", dueTime: .after(.seconds(-1))),
                Job(name: "j", dueTime: .after(.seconds(1)), data: .json(Array("{".utf8))),
            ] {
                let fault = await #expect(throws: DaprError.self) {
                    try await client.jobs.schedule(job)
                }
                #expect(fault?.kind == .invalidArgument)
            }
            let prefix = await #expect(throws: DaprError.self) {
                try await client.jobs.delete(prefix: "")
            }
            #expect(prefix?.kind == .invalidArgument)
        }
    }

    @Test("a model is asked, with tools", arguments: DaprProtocol.allCases)
    func conversation(protocol: DaprProtocol) async throws {
        try await withSidecar(`protocol`) { client in
            let echo = client.conversation("echo")
            #expect(try await echo.converse("hello ä") == "hello ä")
            var request = ConversationRequest(
                [
                    .init([.system("sys"), .developer("dev"), .user("ask", name: "n")]),
                    .init([
                        .assistant("as", toolCalls: [.init(id: "1", name: "f", arguments: "{}")]),
                        .tool("out", callID: "1", name: "f"),
                    ]),
                ], contextID: "c1", temperature: 0.5)
            request.tools = [
                ConversationTool(
                    name: "g", description: "d",
                    parameters: Array(#"{"type":"object","properties":{"x":{}}}"#.utf8))
            ]
            request.toolChoice = "g"
            request.parameters = ["top_k": .integer(3), "user": .text("u")]
            request.promptCacheRetention = .seconds(60)
            let response = try await echo.converse(request)
            #expect(response.contextID == "c1")
            #expect(
                response.text
                    == "sys\ndev\nask\nas\nTool Response for tool ID '1' with name 'f': out")
            #expect(response.toolCalls.map(\.name) == ["f", "g"])
            #expect(response.outputs[0].choices[0].finishReason == "tool_calls")
            #expect(response.outputs[0].usage?.totalTokens == 28)

            let unknown = await #expect(throws: DaprError.self) {
                try await client.conversation("none").converse("x")
            }
            #expect(unknown?.kind == .noSuchComponent)
            request.toolChoice = "nosuch"
            let choice = await #expect(throws: DaprError.self) {
                try await echo.converse(request)
            }
            #expect(choice?.kind == .invalidArgument)
            let empty = await #expect(throws: DaprError.self) {
                try await echo.converse(ConversationRequest([]))
            }
            #expect(empty?.kind == .invalidArgument)
            request.responseFormat = Array("[]".utf8)
            let format = await #expect(throws: DaprError.self) {
                try await echo.converse(request)
            }
            #expect(format?.kind == .invalidArgument)
        }
    }
}
