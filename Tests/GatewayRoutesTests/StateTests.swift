import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("State routes")
struct StateTests {
    private func store(_ data: String, etag: String? = "1") -> FakeDapr {
        FakeDapr { world in
            world.state["k"] = StateValue(
                data: Array(data.utf8), etag: etag.map(ETag.init(rawValue:)))
        }
    }

    @Test(
        "a value comes with the content type that it looks like",
        arguments: [
            (#"{"a":1}"#, "application/json"), ("17", "application/json"),
            ("hello", "text/plain; charset=utf-8"), ("", "text/plain; charset=utf-8"),
        ])
    func contentType(data: String, type: String) async {
        let response = await store(data).send(.get, "/v1/state/-/k")
        #expect(response.status == .ok)
        #expect(response.text == data)
        #expect(response.fields[.contentType] == type)
        #expect(response.fields[.eTag] == "\"1\"")
    }

    @Test("bytes that are no text are an octet stream")
    func bytes() async {
        let dapr = FakeDapr { $0.state["k"] = StateValue(data: [0xFF, 0x00], etag: nil) }
        let response = await dapr.send(.get, "/v1/state/-/k")
        #expect(response.fields[.contentType] == "application/octet-stream")
        #expect(response.fields[.eTag] == nil)
    }

    @Test("a missing key is 404, whatever the sidecar calls it")
    func missing() async {
        let response = await FakeDapr().send(.get, "/v1/state/orders/nothing")
        #expect(response.status == .notFound)
        #expect(response.problem == "not-found")
        #expect(response.detail == "the store 'orders' has no key 'nothing'")
        #expect(response.json?["instance"] == "test-1")
        #expect(response.json?["dapr"] == nil)
    }

    @Test(
        "If-None-Match on a read answers 304 for a version that is known",
        arguments: [
            ("\"1\"", 304), ("W/\"1\"", 304), ("1", 304), ("\"0\", \"1\"", 304), ("*", 304),
            ("\"2\"", 200), ("\"1,\"", 200),
        ])
    func notModified(tags: String, status: Int) async {
        let response = await store("v").send(.get, "/v1/state/-/k", [("If-None-Match", tags)])
        #expect(response.status.code == status)
        #expect(response.fields[.eTag] == "\"1\"")
    }

    @Test("consistency, timeout and metadata reach the sidecar")
    func options() async {
        let dapr = store("v")
        let response = await dapr.send(
            .get, "/v1/state/-/k?consistency=strong&timeout=250ms&metadata.a=b",
            [("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")])
        #expect(response.status == .ok)
        #expect(dapr.calls == ["getState statestore k strong"])
        let options = dapr.now.options[0]
        #expect(options.timeout == .milliseconds(250))
        #expect(options.trace.parent?.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-") == true)
    }

    @Test("PUT stores the bytes as they are, with the ttl in seconds rounded up")
    func put() async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .put, "/v1/state/-/a%2Fb+c?ttl=1500ms", body: "\u{0}raw \"bytes\"")
        #expect(response.status == .noContent)
        let saved = dapr.now.saved
        #expect(saved.map(\.key) == ["a/b+c"])
        #expect(saved[0].value == Array("\u{0}raw \"bytes\"".utf8))
        #expect(saved[0].metadata == ["ttlInSeconds": "2"])
    }

    @Test(
        "a write under a precondition is done, or refused with 412, and never asks for more",
        arguments: [
            // precondition, status, the ETag the store was asked for
            ("If-Match", "\"1\"", 204, "1"), ("If-Match", "\"0\", \"1\"", 204, "1"),
            ("If-Match", "*", 204, ""), ("If-Match", "1", 204, "1"),
            ("If-Match", "\"2\"", 412, nil), ("If-Match", "W/\"1\"", 412, nil),
            ("If-None-Match", "\"1\"", 412, nil), ("If-None-Match", "\"2\"", 204, "1"),
            ("If-None-Match", "*", 412, ""),
        ] as [(String, String, Int, String?)])
    func preconditions(name: String, tags: String, status: Int, etag: String?) async {
        let dapr = store("v")
        let response = await dapr.send(.put, "/v1/state/-/k", [(name, tags)], body: "new")
        #expect(response.status.code == status)
        #expect(response.problem == (status == 412 ? "precondition-failed" : nil))
        let saved = dapr.now.saved
        #expect(saved.map { $0.etag?.rawValue ?? "" } == (etag.map { [$0] } ?? []))
    }

    @Test("If-Match on an absent key is 412 for PUT and DELETE", arguments: ["PUT", "DELETE"])
    func absent(method: String) async throws {
        let method = try #require(HTTPRequest.Method(rawValue: method))
        let dapr = FakeDapr()
        let response = await dapr.send(method, "/v1/state/-/k", [("If-Match", "\"1\"")])
        #expect(response.status == .preconditionFailed)
        #expect(dapr.calls == ["getState statestore k"])
    }

    @Test(
        "create-only asks each type of store in the way that works there",
        arguments: [
            ("statestore", "firstWrite -", 204), ("redis", "- 9223372036854775807", 204),
            ("exotic", nil, 501), ("nothing", nil, 404),
        ] as [(String, String?, Int)])
    func createOnly(store: String, how: String?, status: Int) async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .put, "/v1/state/\(store)/k", [("If-None-Match", "*")], body: "v")
        #expect(response.status.code == status)
        let saved = dapr.now.saved.first
        let done = saved.map { item in
            let concurrency = item.options.concurrency.map { "\($0)" } ?? "-"
            return "\(concurrency) \(item.etag?.rawValue ?? "-")"
        }
        #expect(done == how)
    }

    @Test("create-only on an existing key is 412")
    func createExisting() async {
        for name in ["statestore", "redis"] {
            let response = await store("v").send(
                .put, "/v1/state/\(name)/k", [("If-None-Match", "*")], body: "new")
            #expect(response.problem == "precondition-failed")
        }
    }

    @Test("a conflict without a precondition is 409")
    func conflict() async {
        let dapr = store("v")
        dapr.fail("saveState", DaprError(.conflict, "mismatch", status: .http(409)))
        let response = await dapr.send(.put, "/v1/state/-/k", body: "new")
        #expect(response.problem == "conflict")
        #expect(response.json?["dapr"]?["httpStatus"] == 409)
    }

    @Test("a conflict that is an outage in disguise is 503")
    func outage() async {
        let dapr = store("v")
        dapr.fail("deleteState", DaprError(.conflict, "mismatch", status: .grpc(10)))
        dapr.fail("getState", DaprError(.componentFailed, "connection refused", status: .grpc(13)))
        let response = await dapr.send(.delete, "/v1/state/-/k")
        #expect(response.problem == "sidecar-unavailable")
        #expect(response.fields[.retryAfter] == "1")
    }

    @Test("a conflict although the version is the caller's has an unknown outcome")
    func outcomeUnknown() async {
        let dapr = store("v")
        dapr.fail("saveState", DaprError(.conflict, "mismatch", status: .grpc(10)))
        let response = await dapr.send(.put, "/v1/state/-/k", [("If-Match", "\"1\"")], body: "new")
        #expect(response.problem == "outcome-unknown")
        #expect(response.status == .serviceUnavailable)
        #expect(response.fields[.retryAfter] == nil)
    }

    @Test("a conditional write that failed otherwise is compared, too")
    func failedUnderPrecondition() async {
        let failure = DaprError(.componentFailed, "no item was updated", status: .grpc(13))
        let existing = store("v")
        existing.fail("saveState", failure)
        let refused = await existing.send(
            .put, "/v1/state/-/k", [("If-None-Match", "*")], body: "new")
        #expect(refused.problem == "precondition-failed")
        let unchanged = store("v")
        unchanged.fail("saveState", failure)
        let failed = await unchanged.send(
            .put, "/v1/state/-/k", [("If-Match", "\"1\"")], body: "new")
        #expect(failed.problem == "component-failed")
        let unconditional = store("v")
        unconditional.fail("saveState", failure)
        _ = await unconditional.send(.put, "/v1/state/-/k", body: "new")
        #expect(unconditional.calls == ["saveState statestore k"])
    }

    @Test("what is too large is told apart: the header fields, the body, or the answer")
    func tooLarge() async {
        let dapr = store("v")
        dapr.fail("getState", DaprError(.tooLarge, "the answer is longer than the limit"))
        #expect(await dapr.send(.get, "/v1/state/-/k").problem == "answer-too-large")
        dapr.fail("getState", DaprError(.tooLarge, "headerLimit", isUnprocessed: true))
        let headers = await dapr.send(.get, "/v1/state/-/k")
        #expect(headers.problem == "headers-too-large")
        #expect(headers.status.code == 431)
        dapr.fail("saveState", DaprError(.tooLarge, "stream too large", status: .http(500)))
        #expect(await dapr.send(.put, "/v1/state/-/k", body: "v").status.code == 413)
    }

    @Test("DELETE answers 204, also for an absent key, and passes on the version that it checked")
    func delete() async {
        let absent = await FakeDapr().send(.delete, "/v1/state/-/k")
        #expect(absent.status == .noContent)
        let dapr = store("v")
        let response = await dapr.send(.delete, "/v1/state/-/k", [("If-Match", "\"1\"")])
        #expect(response.status == .noContent)
        #expect(dapr.calls == ["getState statestore k", "deleteState statestore k 1"])
    }
}
