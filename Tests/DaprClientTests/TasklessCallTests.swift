import EventLoop
import Synchronization
import Testing

@testable import DaprClient

@Suite("Calls without a task over real sockets")
struct TasklessCallTests {
    private static let value: [UInt8] = [0x0a, 2, 0x68, 0x69, 0x12, 1, 0x37]

    /// Begins a call on the loop, where alone that is allowed, and waits for what comes of it.
    ///
    /// - Parameter begun: gets the call, still on the loop.
    private func get(
        _ transport: GRPCTransport, key: String = "k", timeout: Duration? = nil,
        begun: @escaping @Sendable (PendingCall?) -> Void = { _ in }
    ) async throws(DaprError) -> StateValue? {
        let result: Result<StateValue?, DaprError> = await withCheckedContinuation { waiter in
            transport.pool.loop.execute {
                begun(
                    transport.beginGetState(
                        store: "s", key: key, consistency: .strong, metadata: [:],
                        options: CallOptions(timeout: timeout)
                    ) { (result: consuming Result<StateValue?, DaprError>) in
                        waiter.resume(returning: result)
                    })
            }
        }
        return try result.get()
    }

    @Test("a value is read as it is in a task, and a missing one is nil")
    func value() async throws {
        try await withPeer { request in
            .message(request.number == 1 ? Self.value : [])
        } body: { peer, transport, _ in
            let value = try await get(transport)
            #expect(value == StateValue(data: Array("hi".utf8), etag: ETag(rawValue: "7")))
            let missing = try await get(transport)
            #expect(missing == nil)
            let inTask = try await transport.getState(
                store: "s", key: "k", consistency: .strong, metadata: [:], options: CallOptions())
            #expect(inTask == nil)
            let requests = await peer.requests
            #expect(requests.count == 3)
            #expect(requests.allSatisfy { $0.message == requests[0].message })
            #expect(requests.allSatisfy { $0.fields == requests[0].fields })
        }
    }

    @Test("an error comes with its kind and status, and bytes that are no message with theirs")
    func errors() async throws {
        try await withPeer { request in
            request.number == 1
                ? .status(10, [("grpc-message", "possible%20etag mismatch")])
                : .message([0x0a, 9, 0x68])
        } body: { _, transport, _ in
            let conflict = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(
                conflict == DaprError(.conflict, "possible etag mismatch", status: .grpc(10)))
            let garbled = await #expect(throws: DaprError.self) { try await get(transport) }
            #expect(garbled?.kind == .malformedResponse)
        }
    }

    @Test("a key that no store takes is refused before anything is sent")
    func invalidKey() async throws {
        try await withPeer { _ in
            .message(Self.value)
        } body: { peer, transport, _ in
            let error = await #expect(throws: DaprError.self) {
                try await get(transport, key: "") { #expect($0 == nil) }
            }
            #expect(error?.kind == .invalidArgument)
            #expect(await peer.requests.isEmpty)
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
            await peer.waitForResets(1)
        }
    }

    @Test("cancelling completes the call before it returns, once, and resets the stream")
    func cancel() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            let loop = transport.pool.loop
            let outcomes = Mutex<[DaprError.Kind?]>([])
            await withCheckedContinuation { cancelled in
                loop.execute {
                    let call = transport.beginGetState(
                        store: "s", key: "k", consistency: nil, metadata: [:],
                        options: CallOptions()
                    ) { (result: consuming Result<StateValue?, DaprError>) in
                        var kind: DaprError.Kind?
                        if case .failure(let error) = consume result { kind = error.kind }
                        outcomes.withLock { $0.append(kind) }
                    }
                    // Not before the request is on its way.
                    loop.schedule(after: .milliseconds(20)) {
                        call?.cancel()
                        #expect(outcomes.withLock { $0 } == [.cancelled])
                        call?.cancel()
                        cancelled.resume()
                    }
                }
            }
            await peer.waitForResets(1)
            #expect(outcomes.withLock { $0 } == [.cancelled])
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
}
