import DevSidecar
import EventLoop
import HTTP2
import Testing

@testable import DaprClient

@Suite("Every method, when something is wrong with the call or the sidecar")
struct EveryMethodFaultTests {
    @Test("an unknown name has its own answer", arguments: DaprProtocol.allCases)
    func unknown(protocol: DaprProtocol) async throws {
        try await withDevelopmentSidecar(`protocol`) { api in
            await expectErrors(on: api, over: `protocol`, name: "nowhere") { method in
                // The HTTP API does not tell an unknown actor from a value that is not there.
                method.name == "getActorState" && `protocol` == .http ? nil : method.unknown
            }
        }
    }

    @Test("an empty name is a wrong argument, and nobody is asked", arguments: transports)
    func wrongArguments(protocol: DaprProtocol) async throws {
        // These have no name that could be empty, or make one of it.
        let nameless = [
            "listJobs", "deleteJobs", "startWorkflow", "getMetadata", "setMetadata", "checkHealth",
            "shutdownSidecar",
        ]
        try await withPeer(over: `protocol`) { _ in
            .silence
        } body: { peer, api in
            await expectErrors(
                of: APIMethod.all.filter { !nameless.contains($0.name) }, on: api,
                over: `protocol`, name: ""
            ) { _ in .invalidArgument }
            for empty in [
                { try await api.setMetadata(key: "", value: "", options: CallOptions()) },
                {
                    _ = try await api.startWorkflow(
                        "", instanceID: nil, input: [], startTime: nil, options: CallOptions())
                },
                {
                    try await api.publishEvent(
                        pubsub: "p", topic: "", data: [], contentType: nil, metadata: [:],
                        options: CallOptions())
                },
                {
                    _ = try await api.getSecret(
                        store: "s", name: "", metadata: [:], options: CallOptions())
                },
            ] as [() async throws -> Void] {
                let error = await #expect(throws: DaprError.self) { try await empty() }
                #expect(error?.kind == .invalidArgument && error?.isUnprocessed == true)
            }
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("a wrong token is refused", arguments: DaprProtocol.allCases)
    func token(protocol: DaprProtocol) async throws {
        try await withDevelopmentSidecar(`protocol`) {
            $0.apiToken = "right"
        } body: { api in
            await expectErrors(on: api, over: `protocol`) { method in
                // Health is told to anybody over HTTP.
                method.name == "checkHealth" && `protocol` != .grpc ? nil : .unauthenticated
            }
        }
    }

    @Test("a slow sidecar is given up at the deadline", arguments: DaprProtocol.allCases)
    func deadline(protocol: DaprProtocol) async throws {
        try await withDevelopmentSidecar(`protocol`) {
            $0.latency = .milliseconds(1500)
        } body: { api in
            // The sidecar's latency is that of unary calls; `silence` is about the others.
            let streams = [
                "callApp", "openAppCall", "subscribeConfiguration", "subscribe", "encrypt",
                "decrypt",
            ]
            await expectErrors(
                of: APIMethod.all.filter { !streams.contains($0.name) }, on: api,
                over: `protocol`, timeout: .milliseconds(100)
            ) { _ in .deadlineExceeded }
        }
    }

    @Test("so is one that says nothing at all", arguments: transports)
    func silence(protocol: DaprProtocol) async throws {
        try await withPeer(over: `protocol`) { _ in
            .silence
        } body: { _, api in
            await expectErrors(
                on: api, over: `protocol`, timeout: .milliseconds(100)
            ) { _ in .deadlineExceeded }
        }
    }

    @Test("a cancelled task hears so, and its stream is reset", arguments: transports)
    func cancelled(protocol: DaprProtocol) async throws {
        try await withPeer(over: `protocol`) { _ in
            .silence
        } body: { peer, api in
            let methods = APIMethod.all.filter { $0.isOffered(over: `protocol`) }
            let calls = Task {
                await expectErrors(of: methods, on: api, over: `protocol`) { _ in .cancelled }
            }
            await peer.waitForRequests(methods.count - Self.streamsThatStayOpen(`protocol`))
            calls.cancel()
            await calls.value
            await peer.waitForResets(methods.count)
        }
    }

    /// The peer counts a request at its end; these do not end theirs.
    private static func streamsThatStayOpen(_ api: DaprProtocol) -> Int { api == .grpc ? 1 : 0 }

    @Test("a sidecar that goes away is unavailable", arguments: transports)
    func gone(protocol: DaprProtocol) async throws {
        try await withPeer(over: `protocol`) { request in
            // The beginning of a frame, which never ends.
            request.number == 1 ? .raw([0, 0x3f, 0xff, 0x42, 0, 0, 0, 0, 0]) : .silence
        } body: { peer, api in
            let methods = APIMethod.all.filter { $0.isOffered(over: `protocol`) }
            let calls = Task {
                await expectErrors(of: methods, on: api, over: `protocol`) { _ in .unavailable }
            }
            await peer.waitForRequests(methods.count - Self.streamsThatStayOpen(`protocol`))
            await peer.die()
            await calls.value
        }
    }

    @Test(
        "a sidecar that is absent fails each at once, or is waited for, as the call wants it",
        arguments: transports, [false, true])
    func absent(protocol: DaprProtocol, waits: Bool) async throws {
        try await withPeer(over: `protocol`) { _ in
            .silence
        } body: { peer, api in
            await peer.die()
            await expectErrors(
                on: api, over: `protocol`, timeout: waits ? .milliseconds(300) : .seconds(10),
                waitsForSidecar: waits
            ) { _ in waits ? .deadlineExceeded : .unavailable }
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("each passes trace context and baggage on", arguments: transports)
    func trace(protocol: DaprProtocol) async throws {
        let trace = TraceContext(
            parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", state: "a=1",
            baggage: "tenant=blue")
        try await withPeer(over: `protocol`) { _ in
            .silence
        } body: { peer, api in
            let methods = APIMethod.all.filter { $0.isOffered(over: `protocol`) }
            await expectErrors(
                of: methods, on: api, over: `protocol`, timeout: .milliseconds(300), trace: trace
            ) { _ in .deadlineExceeded }
            let requests = await peer.requests
            #expect(requests.count >= methods.count - Self.streamsThatStayOpen(`protocol`))
            for request in requests {
                let path = request.fields[":path"] ?? ""
                #expect(request.fields["traceparent"] == trace.parent, "\(path)")
                #expect(request.fields["tracestate"] == trace.state, "\(path)")
                #expect(request.fields["baggage"] == trace.baggage, "\(path)")
            }
        }
    }

    @Test("a content over the limit is not sent", arguments: transports)
    func tooLargeRequest(protocol: DaprProtocol) async throws {
        try await withPeer(over: `protocol`, maxBodySize: 1000) { _ in
            .silence
        } body: { peer, api in
            // It is JSON, and too large with everything that comes on top of the limit.
            let digits = [UInt8](repeating: UInt8(ascii: "1"), count: 100_000)
            // Over gRPC cryptography streams contents of any length.
            let methods = APIMethod.all.filter {
                $0.sendsData && (`protocol` == .http || !["encrypt", "decrypt"].contains($0.name))
            }
            await expectErrors(
                of: methods, on: api, over: `protocol`, data: digits,
                timeout: .seconds(1)
            ) { _ in .tooLarge }
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("an answer over the limit is not taken", arguments: transports)
    func tooLargeAnswer(protocol: DaprProtocol) async throws {
        let content = [UInt8](repeating: UInt8(ascii: "1"), count: 100_000)
        try await withPeer(over: `protocol`, maxBodySize: 1000) { _ in
            `protocol` == .grpc
                ? .message(content) : .respond([(":status", "200")], content, trailers: nil)
        } body: { _, api in
            // The peer answers what is complete, and a subscription's call never is.
            let methods = APIMethod.all.filter { $0.name != "subscribe" }
            await expectErrors(of: methods, on: api, over: `protocol`) { method in
                // What an app answers is a stream over HTTP, as long as its reader likes.
                method.name == "invoke" && `protocol` == .http ? nil : .tooLarge
            }
        }
    }
}
