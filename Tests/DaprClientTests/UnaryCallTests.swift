import DaprProtos
import EventLoop
import HTTP2
import HTTPTypes
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("gRPC calls over real sockets")
struct UnaryCallTests {
    private static let value: [UInt8] = [0x0a, 2, 0x68, 0x69, 0x12, 1, 0x37]

    private func get(
        _ transport: GRPCTransport, timeout: Duration? = nil
    ) async throws(DaprError) -> StateValue? {
        try await transport.getState(
            store: "s", key: "k", consistency: nil, metadata: [:],
            options: CallOptions(timeout: timeout))
    }

    @Test("a value is read, and its request says what was asked")
    func getsValue() async throws {
        try await withPeer { _ in
            .message(Self.value)
        } body: { peer, transport, _ in
            let trace = TraceContext(
                parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", baggage: "a=b")
            let value = try await transport.getState(
                store: "s", key: "k", consistency: .strong, metadata: ["a": "b"],
                options: CallOptions(trace: trace))
            #expect(value == StateValue(data: Array("hi".utf8), etag: ETag(rawValue: "7")))
            let request = try #require(await peer.requests.first)
            #expect(request.fields[":path"] == "/dapr.proto.runtime.v1.Dapr/GetState")
            #expect(request.fields[":method"] == "POST")
            #expect(request.fields[":authority"] == transport.pool.endpoint.description)
            #expect(request.fields["te"] == "trailers")
            #expect(request.fields["grpc-timeout"] == "10000000u")
            #expect(request.fields["traceparent"] == trace.parent)
            #expect(request.fields["baggage"] == "a=b")
            #expect(request.fields["tracestate"] == nil)
            #expect(request.fields["dapr-api-token"] == "secret")
            let token = request.fields.first { $0.name.elementsEqual("dapr-api-token".utf8) }
            #expect(token?.neverIndexed == true)
            let message = try Dapr_Proto_Runtime_V1_GetStateRequest(
                serializedBytes: request.message)
            #expect(message.storeName == "s")
            #expect(message.consistency == .consistencyStrong)
            #expect(message.metadata == ["a": "b"])
        }
    }

    @Test("an error comes with its kind, code, message and status")
    func error() async throws {
        try await withPeer { _ in
            .status(10, [("grpc-message", "possible%20etag mismatch")])
        } body: { _, transport, _ in
            let error = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(
                error
                    == DaprError(
                        .conflict, "possible etag mismatch", status: .grpc(10)))
        }
    }

    @Test("a call without an answer ends at its deadline, and its stream is reset")
    func deadline() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            let error = await #expect(throws: DaprError.self) {
                try await get(transport, timeout: .milliseconds(30))
            }
            #expect(error?.kind == .deadlineExceeded)
            #expect(await peer.requests.first?.fields["grpc-timeout"] == "30000000n")
            await peer.waitForResets(1)
        }
    }

    @Test("cancelling the task resets the stream")
    func cancel() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            let task = Task { try await get(transport) }
            await peer.waitForRequests(1)
            task.cancel()
            let error = await #expect(throws: DaprError.self) { try await task.value }
            #expect(error?.kind == .cancelled)
            await peer.waitForResets(1)
        }
    }

    @Test("a task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        try await withPeer { _ in
            .message([])
        } body: { peer, transport, _ in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await get(transport)
            }
            task.cancel()
            let error = await #expect(throws: DaprError.self) { try await task.value }
            #expect(error?.kind == .cancelled)
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("a call that GOAWAY left unprocessed is sent again on a new connection")
    func goAway() async throws {
        try await withPeer { request in
            request.number == 1 ? .goAwayUnprocessed : .message(Self.value)
        } body: { peer, transport, pool in
            let value = try await get(transport)
            #expect(value?.data == Array("hi".utf8))
            #expect(await peer.accepted == 2)
            #expect(await pool.statistics.retries == 1)
        }
    }

    @Test("a refused stream is tried once more, and then fails as unprocessed")
    func refused() async throws {
        try await withPeer { _ in
            .reset(.refusedStream)
        } body: { peer, transport, _ in
            let error = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(error?.kind == .unavailable)
            #expect(error?.isUnprocessed == true)
            #expect(await peer.requests.count == 2)
        }
    }

    @Test("a write whose connection is lost was perhaps processed: it fails, and is not repeated")
    func hangUp() async throws {
        try await withPeer { _ in
            .hangUp
        } body: { peer, transport, _ in
            let error = await #expect(throws: DaprError.self) {
                try await transport.saveState(
                    store: "s", items: [StateItem(key: "k", value: [0x31])],
                    options: CallOptions())
            }
            #expect(error?.kind == .unavailable)
            #expect(error?.isUnprocessed == false)
            #expect(await peer.requests.count == 1)
            await peer.answer { _ in .message(Self.value) }
            let value = try await get(transport)
            #expect(value != nil)
        }
    }

    @Test("a sidecar that is absent is unavailable, and used as soon as it is there")
    func recovery() async throws {
        try await withPeer { _ in
            .message(Self.value)
        } body: { peer, transport, pool in
            await peer.die()
            let error = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(error?.kind == .unavailable)
            #expect(error?.isUnprocessed == true)
            #expect(error?.message.contains("Connection refused (111)") == true)
            let again = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(again == error)
            #expect(await pool.statistics.failedDials >= 1)
            try await peer.listen()
            // Health checks do not wait for the back-off.
            await #expect(throws: Never.self) {
                try await transport.checkHealth(outbound: true, options: CallOptions())
            }
            let value = try await get(transport)
            #expect(value != nil)
        }
    }

    @Test("when the sidecar dies each of a thousand calls fails exactly once")
    func killed() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            let kinds = await withTaskGroup(of: DaprError.Kind?.self) { group in
                for _ in 0..<1000 {
                    group.addTask {
                        do throws(DaprError) {
                            _ = try await get(transport)
                            return nil
                        } catch {
                            return error.kind
                        }
                    }
                }
                await peer.waitForRequests(400)
                await peer.die()
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds.count == 1000)
            #expect(kinds.allSatisfy { $0 == .unavailable })
            #expect(await pool.statistics.connections == 0)
        }
    }

    @Test("shutting down fails what is open, once, and what comes later")
    func shutDown() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            let call = Task { try await get(transport) }
            await peer.waitForRequests(1)
            await pool.shutDown()
            await #expect(throws: DaprError.self) { try await call.value }
            let error = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(error?.message == "the client is shut down")
        }
    }

    @Test("a message over the limit is not taken")
    func tooLargeAnswer() async throws {
        try await withPeer { _ in
            .message([0x0a, 0xf0, 0xa2, 0x04] + [UInt8](repeating: 1, count: 70_000))
        } body: { peer, transport, pool in
            let small = try GRPCTransport(pool: pool, settings: TransportSettings(maxBodySize: 512))
            let received = await #expect(throws: DaprError.self) { try await get(small) }
            #expect(received?.kind == .tooLarge)
            let value = try await get(transport)
            #expect(value?.data.count == 70_000)
        }
    }

    @Test("the limit is the value's: what is around it does not count", arguments: [true, false])
    func tooLargeValue(isGRPC: Bool) async throws {
        try await withPeer { _ in
            isGRPC ? .message([]) : .http(204)
        } body: { peer, _, pool in
            let settings = TransportSettings(maxBodySize: 512)
            let dapr: any DaprAPI =
                isGRPC
                ? try GRPCTransport(pool: pool, settings: settings)
                : try HTTPTransport(pool: pool, settings: settings)
            let options = CallOptions()
            func item(_ value: [UInt8]) -> StateItem { StateItem(key: "k", value: value) }
            let calls: [([UInt8]) async throws -> Void] = [
                { try await dapr.saveState(store: "s", items: [item($0)], options: options) },
                {
                    try await dapr.executeStateTransaction(
                        store: "s", operations: [.upsert(item($0))], metadata: [:],
                        options: options)
                },
                {
                    try await dapr.publishEvent(
                        pubsub: "p", topic: "t", data: $0, contentType: "text/plain",
                        metadata: [:], options: options)
                },
                {
                    _ = try await dapr.invoke(
                        InvokeRequest(appID: "a", verb: .post, method: "m", body: .bytes($0)),
                        options: options)
                },
            ]
            for (index, call) in calls.enumerated() {
                try await call([UInt8](repeating: UInt8(ascii: "1"), count: 512))
                #expect(await peer.requests.count == index + 1)
                let error = await #expect(throws: DaprError.self) {
                    try await call([UInt8](repeating: UInt8(ascii: "1"), count: 513))
                }
                #expect(error?.kind == .tooLarge)
            }
            #expect(await peer.requests.count == calls.count)
        }
    }

    @Test(
        "an answer that is no gRPC is malformed or unknown, not a trap",
        arguments: [
            (PeerAnswer.http(200, "hello"), DaprError.Kind.malformedResponse),
            (.http(503), .unavailable), (.http(404), .notSupported),
            (
                .respond(
                    [(":status", "200"), ("content-type", "application/grpc")], [0, 0, 0, 0, 9, 1],
                    trailers: [("grpc-status", "0")]), .malformedResponse
            ),
            (
                .respond(
                    [(":status", "200"), ("content-type", "application/grpc")], [1, 0, 0, 0, 0],
                    trailers: [("grpc-status", "0")]), .malformedResponse
            ),
            (
                .respond(
                    [(":status", "200"), ("content-type", "application/grpc")], [],
                    trailers: [("grpc-status", "0")]), .malformedResponse
            ),
            (.message([0x0a, 0xff]), .malformedResponse),
        ] as [(PeerAnswer, DaprError.Kind)])
    func malformed(answer: PeerAnswer, kind: DaprError.Kind) async throws {
        try await withPeer { _ in
            answer
        } body: { _, transport, _ in
            let error = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(error?.kind == kind)
        }
    }

    @Test("a host name is looked up; localhost works")
    func localhost() async throws {
        try await withPeer { _ in
            .message(Self.value)
        } body: { peer, transport, _ in
            let port = try #require(await peer.address.port)
            let pool = SidecarPool(
                to: SidecarEndpoint(host: "localhost", port: port), on: transport.pool.loop)
            let named = try GRPCTransport(pool: pool, settings: TransportSettings())
            let value = try await get(named)
            #expect(value != nil)
            #expect(await peer.requests.first?.fields[":authority"] == "localhost:\(port)")
            await pool.shutDown()
            let nowhere = SidecarPool(
                to: SidecarEndpoint(host: "nowhere.invalid", port: 1), on: transport.pool.loop)
            let lost = try GRPCTransport(pool: nowhere, settings: TransportSettings())
            let error = await #expect(throws: DaprError.self) { try await get(lost) }
            #expect(error?.kind == .unavailable)
            #expect(error?.message.contains("nowhere.invalid") == true)
            await nowhere.shutDown()
        }
    }
}
