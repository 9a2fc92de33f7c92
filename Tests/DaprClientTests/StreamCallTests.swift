import DaprProtos
import EventLoop
import HTTP2
import SwiftProtobuf
import Synchronization
import Testing

@testable import DaprClient

@Suite("gRPC calls of many messages, over real sockets")
struct StreamCallTests {
    private static let headFields = [(":status", "200"), ("content-type", "application/grpc")]

    /// Runs a test with one call, which has sent nothing yet.
    private func withCall(
        limit: Int = 4 << 20, options: CallOptions = CallOptions(),
        _ script: @escaping PeerStreamScript,
        body: (Peer, GRPCCall) async throws -> Void
    ) async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams(script)
            var settings = transport.settings
            settings.maxBodySize = limit
            let own = try GRPCTransport(pool: pool, settings: settings)
            try await body(
                peer, own.open(path: "/s/m", in: .state, options))
            await pool.waitForStreams(0)
        }
    }

    private func frame(_ message: [UInt8]) -> [UInt8] {
        var bytes = MessageFraming.begin(capacity: message.count)
        bytes.append(contentsOf: message)
        MessageFraming.finish(&bytes)
        return bytes
    }

    /// Reads the next message, which has to be this one, or the end.
    private func expectNext(
        _ call: GRPCCall, _ expected: [UInt8]?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let next = try await call.next()
        #expect(next == expected, sourceLocation: sourceLocation)
    }

    private func kind(_ call: GRPCCall) async -> DaprError.Kind? {
        await #expect(throws: DaprError.self) { while try await call.next() != nil {} }?.kind
    }

    // MARK: - As it should be

    @Test("messages go both ways while the call is open, empty ones too")
    func bothWays() async throws {
        try await withCall { _, event in
            switch event {
            case .opened: [.head([("x-a", "b")])]
            case .message(let message): [.message(message)]
            case .ended: [.message([9]), .trailers([("grpc-status", "0"), ("x-t", "u")])]
            }
        } body: { peer, call in
            let head = try await call.head()
            #expect(head["x-a"] == "b")
            for message in [[1], [], [UInt8](repeating: 7, count: 100_000)] as [[UInt8]] {
                try await call.send(frame(message))
                try await expectNext(call, message)
            }
            #expect(await call.trailers == nil)
            await call.finishSending()
            try await expectNext(call, [9])
            try await expectNext(call, nil)
            try await expectNext(call, nil)
            #expect(await call.trailers?["x-t"] == "u")
            #expect(await peer.resets == 0)
            #expect(await peer.requests.first?.fields["grpc-timeout"] == nil)
            await #expect(throws: DaprError.self) { try await call.send(frame([])) }
        }
    }

    @Test("a typed request is answered with a stream of typed messages")
    func serverStreaming() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            await peer.answerStreams { _, event in
                switch event {
                case .opened: []
                case .message(let message): [.head, .message(message), .message(message), .ok]
                case .ended: []
                }
            }
            var request = Dapr_Proto_Runtime_V1_GetStateRequest()
            request.storeName = "s"
            let rpc = RPC<
                Dapr_Proto_Runtime_V1_GetStateRequest, Dapr_Proto_Runtime_V1_GetStateRequest
            >("Numbers")
            let stream = try await transport.stream(rpc, request, in: .state, CallOptions())
            #expect(try await stream.next() == request)
            #expect(try await stream.next() == request)
            #expect(try await stream.next() == nil)
            let fields = try #require(await peer.requests.first).fields
            #expect(fields[":path"] == "/dapr.proto.runtime.v1.Dapr/Numbers")
        }
    }

    @Test("the head is there before any message; a server that is done first ends the call")
    func serverEndsFirst() async throws {
        try await withCall { _, event in
            event == .opened ? [.head([("x-a", "b")]), .ok] : []
        } body: { _, call in
            try await expectNext(call, nil)
            let head = try await call.head()
            #expect(head["x-a"] == "b")
            let error = await #expect(throws: DaprError.self) { try await call.send(frame([1])) }
            #expect(error?.kind == .unavailable)
        }
    }

    @Test("a call that GOAWAY left unprocessed is opened again if all of it was in its head")
    func goAwayBefore() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams { request, event in
                guard event == .ended else { return [] }
                return request.number == 1
                    ? [.goAwayUnprocessed] : [.head, .message([1]), .ok]
            }
            let call = try await transport.open(
                path: "/s/m", first: frame([5]), isComplete: true, in: .state, CallOptions())
            try await expectNext(call, [1])
            try await expectNext(call, nil)
            #expect(await pool.statistics.retries == 1)
        }
    }

    // MARK: - Back-pressure

    @Test("sending waits until the peer takes what was sent")
    func sendingWaits() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        try await withCall { _, event in
            if event == .opened { return [.head, .stopReading] }
            arrival.yield()
            return []
        } body: { peer, call in
            _ = try await call.head()
            let sent = Counter()
            let message = frame([UInt8](repeating: 1, count: 200_000))
            await withThrowingTaskGroup { group in
                group.addTask {
                    while true {
                        try await call.send(message)
                        sent.increment()
                    }
                }
                // The peer's window of 1 MiB holds five; one more is in our buffer, and waits.
                var count = 0
                for await _ in arrivals {
                    count += 1
                    if count == 5 { break }
                }
                _ = await call.trailers
                #expect(sent.value <= 6)
                group.cancelAll()
                let error = await #expect(throws: DaprError.self) { try await group.next() }
                #expect(error?.kind == .cancelled)
            }
            await peer.waitForResets(1)
        }
    }

    @Test("a reader that does not read gets no more than a window; a slow one gets it all")
    func slowReader() async throws {
        let count = 40
        let message = [UInt8](repeating: 3, count: 100_000)
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams { _, event in
                event == .ended
                    ? [.head] + [PeerStep](repeating: .message(message), count: count) + [.ok] : []
            }
            let call = try await transport.open(
                path: "/s/m", isComplete: true, in: .state, CallOptions())
            _ = try await call.head()
            // Another call on the same connection is not held up by it.
            let other = try await transport.open(
                path: "/s/n", isComplete: true, in: .state, CallOptions())
            #expect(try await other.next() == message)
            other.cancel()
            var received = 0
            while let next = try await call.next() {
                #expect(next.count == message.count)
                received += 1
            }
            #expect(received == count)
            await pool.waitForStreams(0)
        }
    }

    @Test("many calls that nobody reads do not hold up others of their connection")
    func unreadCalls() async throws {
        let message = [UInt8](repeating: 3, count: 100_000)
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams { request, event in
                guard event == .ended else { return [] }
                let count = request.fields[":path"] == "/s/all" ? 20 : 1
                return [.head] + [PeerStep](repeating: .message(message), count: count) + [.ok]
            }
            var unread: [GRPCCall] = []
            for _ in 0..<30 {
                let call = try await transport.open(
                    path: "/s/all", isComplete: true, in: .state, CallOptions())
                _ = try await call.head()
                unread.append(call)
            }
            let other = try await transport.open(
                path: "/s/one", isComplete: true, in: .state, CallOptions())
            try await expectNext(other, message)
            try await expectNext(other, nil)
            for call in unread {
                for _ in 0..<20 { try await expectNext(call, message) }
                try await expectNext(call, nil)
            }
            await pool.waitForStreams(0)
        }
    }

    // MARK: - Ends

    @Test("an error of trailers only comes as itself, with or without messages before it")
    func errors() async throws {
        let status = [("grpc-status", "10"), ("grpc-message", "stale%21")]
        for steps in [
            [.rawHead(Self.headFields + status, end: true)],
            [.head, .message([1]), .trailers(status)],
        ] as [[PeerStep]] {
            try await withCall { _, event in
                event == .opened ? steps : []
            } body: { _, call in
                if steps.count > 1 { try await expectNext(call, [1]) }
                for _ in 0..<2 {
                    let error = await #expect(throws: DaprError.self) { try await call.next() }
                    #expect(error == DaprError(.conflict, "stale!", status: .grpc(10)))
                }
            }
        }
    }

    @Test(
        "whatever else ends a call is an error, not a trap, and what came before it is delivered",
        arguments: [
            ([.head, .message([1]), .end], DaprError.Kind.malformedResponse),
            ([.rawHead(headFields, end: true)], .malformedResponse),
            ([.head, .message([1]), .bytes([0, 0, 0, 0, 9, 1]), .ok], .malformedResponse),
            ([.head, .message([1]), .bytes([1, 0, 0, 0, 0]), .ok], .malformedResponse),
            ([.head, .message([1]), .bytes([0, 255, 255, 255, 255])], .tooLarge),
            ([.head, .message([1]), .trailers([("x", "y")])], .malformedResponse),
            ([.rawHead([(":status", "200")], end: false), .bytes([104])], .malformedResponse),
            ([.rawHead([(":status", "503")], end: false), .bytes([104])], .unavailable),
            ([.rawHead([(":status", "503")], end: true)], .unavailable),
            ([.head, .reset(.internalError)], .malformedResponse),
            ([.reset(.refusedStream)], .unavailable),
            ([.head, .goAwayUnprocessed], .unavailable),
            ([.head, .hangUp], .unavailable),
        ] as [([PeerStep], DaprError.Kind)])
    func badEnds(steps: [PeerStep], expected: DaprError.Kind) async throws {
        try await withCall(limit: 1000) { _, event in
            event == .opened ? steps : []
        } body: { _, call in
            if case .message(let message) = steps.dropFirst().first {
                try await expectNext(call, message)
            }
            #expect(await kind(call) == expected)
        }
    }

    @Test("a message over the limit is neither sent nor taken")
    func limits() async throws {
        let limit = 1000 + 64 << 10
        try await withCall(limit: 1000) { _, event in
            event == .opened ? [.head, .message([UInt8](repeating: 1, count: limit + 1))] : []
        } body: { peer, call in
            let error = await #expect(throws: DaprError.self) {
                try await call.send(frame([UInt8](repeating: 1, count: limit + 1)))
            }
            #expect(error?.kind == .tooLarge)
            #expect(await kind(call) == .tooLarge)
            await peer.waitForResets(1)
        }
    }

    @Test("the sidecar's end fails each open call once")
    func killed() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            await peer.answerStreams { _, event in event == .opened ? [.head, .message([1])] : [] }
            var calls: [GRPCCall] = []
            for _ in 0..<50 {
                calls.append(try await transport.open(path: "/s/m", in: .state, CallOptions()))
            }
            for call in calls { try await expectNext(call, [1]) }
            await peer.die()
            for call in calls { #expect(await kind(call) == .unavailable) }
        }
    }

    @Test("a sidecar that is not there is unavailable at once")
    func absent() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            await peer.die()
            let error = await #expect(throws: DaprError.self) {
                try await transport.open(path: "/s/m", in: .state, CallOptions())
            }
            #expect(error?.kind == .unavailable)
            #expect(error?.isUnprocessed == true)
        }
    }

    // MARK: - Letting go

    @Test("cancelling a task that reads, or waits for the head, resets the stream")
    func cancelling() async throws {
        try await withCall { _, event in
            []
        } body: { peer, call in
            let task = Task { try await call.next() }
            await peer.waitForRequests(1)
            task.cancel()
            let error = await #expect(throws: DaprError.self) { try await task.value }
            #expect(error?.kind == .cancelled)
            await peer.waitForResets(1)
        }
        try await withCall { _, event in
            []
        } body: { peer, call in
            let task = Task { try await call.head() }
            await peer.waitForRequests(1)
            task.cancel()
            let error = await #expect(throws: DaprError.self) { try await task.value }
            #expect(error?.kind == .cancelled)
            await peer.waitForResets(1)
        }
    }

    @Test("a call that nobody holds any more, or that is given up, is reset")
    func lettingGo() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            await peer.answerStreams { _, event in event == .opened ? [.head, .message([1])] : [] }
            do {
                let call = try await transport.open(path: "/s/m", in: .state, CallOptions())
                try await expectNext(call, [1])
            }
            await peer.waitForResets(1)
            let call = try await transport.open(path: "/s/m", in: .state, CallOptions())
            try await expectNext(call, [1])
            call.cancel()
            #expect(await kind(call) == .cancelled)
            await peer.waitForResets(2)
        }
    }

    @Test("one task at a time reads; a second one is told so")
    func twoReaders() async throws {
        try await withCall { _, event in
            if case .message(let message) = event { [.head, .message(message), .ok] } else { [] }
        } body: { peer, call in
            try await withThrowingTaskGroup(of: Result<[UInt8]?, any Error>.self) { group in
                for _ in 0..<2 {
                    group.addTask { await Result { try await call.next() } }
                }
                let first = try await group.next()
                #expect(throws: DaprError.self) { try first?.get() }
                try await call.send(frame([1]))
                let second = try await group.next()
                #expect(try second?.get() == [1])
            }
            try await expectNext(call, nil)
        }
    }

    // MARK: - Deadlines

    @Test("a deadline ends a call although messages come")
    func deadline() async throws {
        try await withCall(options: CallOptions(timeout: .milliseconds(40))) { _, event in
            event == .opened ? [.head, .message([1])] : []
        } body: { peer, call in
            try await expectNext(call, [1])
            #expect(await kind(call) == .deadlineExceeded)
            #expect(await peer.requests.first?.fields["grpc-timeout"] == "40000000n")
            await peer.waitForResets(1)
        }
    }

    @Test("a call without a deadline has no timer of its own once it is open")
    func noDeadline() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams { _, event in [] }
            var settings = transport.settings
            settings.timeout = .milliseconds(20)
            let impatient = try GRPCTransport(pool: pool, settings: settings)
            let call = try await impatient.open(path: "/s/m", in: .state, CallOptions())
            await peer.waitForRequests(1)
            // Only the connection's watch for silence.
            #expect(await pool.timerCount == 1)
            call.cancel()
            #expect(await kind(call) == .cancelled)
            await peer.waitForResets(1)
        }
    }
}

/// A number that several tasks may change.
private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func increment() { count.withLock { $0 += 1 } }
}

extension Result where Failure == any Error {
    /// What an async function returns or throws.
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
