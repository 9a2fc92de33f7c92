import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Synchronization
import Testing

@testable import GatewayRoutes

@Suite("Workflows")
struct WorkflowTests {
    @Test("starting is accepted, and says where the instance is")
    func start() async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .post, "/v1/workflows/ship?id=order-17&startTime=2026-11-24T06:00:00Z",
            body: #"{"order":17}"#)
        #expect(response.short == #"202 {"id":"order-17"}"#)
        #expect(response.fields[.location] == "/v1/workflows/order-17")
        #expect(response.fields[.contentType] == "application/json")
        let chosen = await dapr.send(.post, "/v1/workflows/ship")
        #expect(chosen.short == #"202 {"id":"made up"}"#)
        #expect(chosen.fields[.location] == "/v1/workflows/made%20up")
        #expect(
            dapr.calls == [
                #"startWorkflow ship order-17 {"order":17} 2026-11-24T06:00:00Z"#,
                "startWorkflow ship -  -",
            ])
    }

    @Test(
        "a bad start is refused",
        arguments: [
            ("/v1/workflows/", "invalid-name"), ("/v1/workflows/a%2Fb", "invalid-name"),
            ("/v1/workflows/w?id=", "invalid-parameter"),
            ("/v1/workflows/w?id=a.b", "invalid-parameter"),
            ("/v1/workflows/w?id=a%20b", "invalid-parameter"),
            ("/v1/workflows/w?id=\(String(repeating: "i", count: 65))", "invalid-parameter"),
            ("/v1/workflows/w?startTime=tomorrow", "invalid-parameter"),
            ("/v1/workflows/w?startTime=1h", "invalid-parameter"),
            ("/v1/workflows/w?wait=1s", "unknown-parameter"),
        ])
    func badStart(target: String, problem: String) async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.post, target).problem == problem)
        #expect(dapr.calls == [])
    }

    @Test("an input is UTF-8")
    func badInput() async {
        for target in ["/v1/workflows/w", "/v1/workflows/w/events/e"] {
            let dapr = FakeDapr()
            #expect(
                await dapr.send(.post, target, content: .bytes([0xFF])).problem == "invalid-body")
            #expect(dapr.calls == [])
        }
    }

    @Test("an id is taken once")
    func taken() async {
        let dapr = FakeDapr()
        dapr.fail("startWorkflow", DaprError(.conflict, "already exists", status: .http(500)))
        let response = await dapr.send(.post, "/v1/workflows/w?id=\u{E9}1")
        #expect(response.problem == "already-exists")
        #expect(response.status == .conflict)
    }

    @Test("an instance is told with JSON as JSON and the rest as text")
    func get() async throws {
        let created = try Timestamp(sinceEpoch: .milliseconds(1_795_500_000_250))
        let updated = try Timestamp(sinceEpoch: .seconds(1_795_500_001))
        let dapr = FakeDapr { world in
            world.answers.workflows = [
                WorkflowState(
                    instanceID: "i", name: "ship", status: .failed,
                    createdAt: created,
                    lastUpdatedAt: updated,
                    properties: [
                        "dapr.workflow.input": #"{"n": 1.0}"#, "dapr.workflow.output": "plain",
                        "dapr.workflow.custom_status": #""half""#,
                        "dapr.workflow.failure.error_type": "E",
                        "dapr.workflow.failure.error_message": "boom",
                        "dapr.workflow.failure.stack_trace": "here",
                    ])
            ]
        }
        let response = await dapr.send(.get, "/v1/workflows/i")
        #expect(
            response.text == #"{"id":"i","name":"ship","status":"FAILED","#
                + #""createdAt":"2026-11-24T06:00:00.250Z","lastUpdatedAt":"2026-11-24T06:00:01Z","#
                + #""input":{"n": 1.0},"output":"plain","customStatus":"half","#
                + #""failure":{"type":"E","message":"boom","stackTrace":"here"}}"#)
        #expect(response.fields[.cacheControl] == "no-store")
        #expect(await FakeDapr().send(.get, "/v1/workflows/i").problem == "not-found")
    }

    @Test(
        "changes are accepted, for they are carried out later",
        arguments: [
            ("pause", "pauseWorkflow i"), ("resume", "resumeWorkflow i"),
            ("terminate", "terminateWorkflow i"), ("events/paid", "raiseWorkflowEvent i paid 1"),
        ])
    func change(path: String, call: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(.post, "/v1/workflows/i/\(path)", body: "1")
        #expect(response.short == "202")
        #expect(dapr.calls == [call])
        let method = call.split(separator: " ")[0]
        dapr.fail(String(method), DaprError(.notFound, "no such instance exists"))
        #expect(await dapr.send(.post, "/v1/workflows/i/\(path)", body: "1").problem == "not-found")
        #expect(await dapr.send(.put, "/v1/workflows/i/\(path)").status == .methodNotAllowed)
    }

    @Test("an instance is forgotten, unless it is active")
    func purge() async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.delete, "/v1/workflows/parent:0001").short == "204")
        #expect(dapr.calls == ["purgeWorkflow parent:0001"])
        dapr.fail("purgeWorkflow", DaprError(.conflict, "not yet completed", status: .http(500)))
        let response = await dapr.send(.delete, "/v1/workflows/i")
        #expect(response.problem == "still-active")
        #expect(response.status == .conflict)
    }

    // MARK: - Waiting

    /// An instance that does these things, one after the other.
    private static func instance(_ statuses: [WorkflowStatus]) -> FakeDapr {
        FakeDapr { world in
            world.answers.workflows = statuses.map {
                WorkflowState(instanceID: "i", name: "w", status: $0)
            }
        }
    }

    private static func wait(
        _ dapr: FakeDapr, _ wait: String
    ) async -> (status: String?, pauses: [Duration]) {
        let log = PauseLog()
        let response = await dapr.send(.get, "/v1/workflows/i?wait=\(wait)", content: .empty) {
            log.append($0)
        }
        return (response.json?["status"]?.stringValue ?? response.problem, log.pauses)
    }

    private final class PauseLog: Sendable {
        private let log = Mutex<[Duration]>([])
        var pauses: [Duration] { log.withLock { $0 } }
        func append(_ pause: Duration) { log.withLock { $0.append(pause) } }
    }

    @Test("what is over is told at once")
    func isOver() async {
        for status in [WorkflowStatus.completed, .failed, .terminated, .canceled] {
            let dapr = Self.instance([status])
            #expect(await Self.wait(dapr, "60s").pauses == [])
            #expect(dapr.calls.count == 1)
        }
    }

    @Test("a wait ends with the instance")
    func ends() async {
        let dapr = Self.instance([.pending, .running, .suspended, .continuedAsNew, .completed])
        let (status, pauses) = await Self.wait(dapr, "60s")
        #expect(status == "COMPLETED")
        #expect(pauses == [50, 100, 200, 400].map(Duration.milliseconds))
    }

    @Test("a wait that is over tells what the instance does then")
    func timesOut() async {
        let dapr = Self.instance([.pending, .running])
        let (status, pauses) = await Self.wait(dapr, "10s")
        #expect(status == "RUNNING")
        let sum = pauses.reduce(Duration.zero, +)
        // What the sidecar took counts as well.
        #expect(sum <= .seconds(10) && sum > .seconds(9))
        #expect(pauses.allSatisfy { $0 <= .seconds(1) })
    }

    @Test("an instance that is purged meanwhile is gone")
    func purgedMeanwhile() async {
        let dapr = Self.instance([.running])
        let response = await dapr.send(.get, "/v1/workflows/i?wait=10s", content: .empty) { _ in
            dapr.world.withLock { $0.answers.workflows = [] }
        }
        #expect(response.problem == "not-found")
    }

    @Test("a client that hangs up ends its wait")
    func hangsUp() async {
        let dapr = Self.instance([.running])
        let response = await dapr.send(.get, "/v1/workflows/i?wait=10s", content: .empty) { _ in
            throw CancellationError()
        }
        #expect(response.problem == "client-gone")
        #expect(dapr.calls.count == 1)
    }

    @Test("a wait has its own limit", arguments: ["61s", "2m", "-1s", "x", ""])
    func badWait(wait: String) async {
        let dapr = Self.instance([.running])
        let response = await dapr.send(.get, "/v1/workflows/i?wait=\(wait)")
        #expect(response.problem == "invalid-parameter")
        #expect(response.detail?.contains("'wait'") == true)
        #expect(dapr.calls == [])
    }

    @Test("a wait comes on top of the time of a call, which no call gets more of")
    func deadline() async {
        let dapr = Self.instance([.running, .completed])
        _ = await dapr.send(.get, "/v1/workflows/i?wait=60s&timeout=2s", content: .empty) { _ in }
        #expect(dapr.now.options.count == 2)
        #expect(dapr.now.options.allSatisfy { $0.timeout == .seconds(2) })
    }
}
