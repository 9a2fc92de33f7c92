import EventLoop
import HTTP2
import TestSupport
import Testing

@testable import DaprClient

@Suite("Calls that are repeated, and calls that wait")
struct RetryTests {
    @Test(
        "the budget is 10 a second and 20 % of the calls, and nothing is saved up without end",
        arguments: [
            (0, [0], 10), (50, [0], 20), (1_000_000, [0], 100), (0, [0, 1], 20),
            (0, [0, 1, 1, 1], 40), (0, [3600], 10), (0, [0, 3600], 110), (5, [0], 11),
            (4, [0], 10),
        ] as [(calls: Int, pauses: [Int], permitted: Int)])
    func budget(calls: Int, pauses: [Int], permitted: Int) {
        var budget = RetryBudget()
        for _ in 0..<calls { budget.addCall() }
        var now = MonotonicTime(nanoseconds: 7)
        var taken = 0
        for seconds in pauses {
            now = now + .seconds(seconds)
            while budget.take(now: now) { taken += 1 }
        }
        #expect(taken == permitted)
    }

    @Test(
        "what may be repeated",
        arguments: [
            // A read whose connection is lost, and a write.
            (true, true, StreamClosure.Cause.connection(.init(.connectionLost, "")), false, true),
            (false, true, .connection(.init(.connectionLost, "")), false, false),
            // Whatever the sidecar certainly did not process.
            (false, true, .goAway, true, true), (true, true, .resetByPeer, true, true),
            // Not by a call that says no.
            (true, false, .connection(.init(.connectionLost, "")), false, false),
            (false, false, .goAway, true, false),
            // Not what the sidecar has answered with a reset.
            (true, true, .resetByPeer, false, false),
            (true, true, .connection(.init(.protocolViolation, "")), false, false),
        ] as [(Bool, Bool, StreamClosure.Cause, Bool, Bool)])
    func table(
        isRead: Bool, allowsRetry: Bool, cause: StreamClosure.Cause, isUnprocessed: Bool,
        isRepeated: Bool
    ) {
        let request = ExchangeRequest(
            head: HeaderBlock(), reception: .bytes(limit: 1), timeout: .seconds(1),
            isRead: isRead, allowsRetry: allowsRetry)
        let closure = StreamClosure(
            cause: cause, code: .internalError, isUnprocessed: isUnprocessed)
        #expect(request.isRepeatable(after: closure) == isRepeated)
    }

    private let options = CallOptions(timeout: .seconds(10))

    @Test("a read whose connection is lost is sent again, a write is not")
    func reads() async throws {
        try await withPeer { request in
            request.number == 1 ? .hangUp : .message([])
        } body: { peer, transport, pool in
            let value = try await transport.getState(
                store: "s", key: "k", consistency: nil, metadata: [:], options: options)
            #expect(value == nil)
            #expect(await peer.requests.count == 2)
            #expect(await pool.statistics.retries == 1)
            await peer.answer { _ in .hangUp }
            let error = await #expect(throws: DaprError.self) {
                try await transport.saveState(
                    store: "s", items: [StateItem(key: "k", value: [0x31])], options: options)
            }
            #expect(error?.kind == .unavailable)
            #expect(await peer.requests.count == 3)
        }
    }

    @Test("when a sidecar breaks the protocol, each of many calls hears so", arguments: transports)
    func brokenProtocol(protocol: DaprProtocol) async throws {
        // Fields that cannot be decompressed, which end the connection for all of its calls. More
        // calls than the budget allows to repeat wait behind the first hundred.
        let garbage = PeerAnswer.raw([0, 0, 1, 1, 4, 0, 0, 0, 1, 0xff])
        try await withPeer(over: `protocol`) { _ in
            garbage
        } body: { _, api in
            let kinds = await withTaskGroup(of: DaprError.Kind?.self) { group in
                for _ in 0..<1000 {
                    group.addTask { [options] in
                        do throws(DaprError) {
                            _ = try await api.getMetadata(options: options)
                            return nil
                        } catch {
                            return error.kind
                        }
                    }
                }
                return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            }
            #expect(kinds == [.malformedResponse: 1000])
        }
    }

    @Test("a call that forbids it is not sent again")
    func off() async throws {
        try await withPeer { _ in
            .reset(.refusedStream)
        } body: { peer, transport, _ in
            let error = await #expect(throws: DaprError.self) {
                try await transport.getState(
                    store: "s", key: "k", consistency: nil, metadata: [:],
                    options: CallOptions(allowsRetry: false))
            }
            #expect(error?.isUnprocessed == true)
            #expect(await peer.requests.count == 1)
        }
    }

    @Test("a call that waits is answered when the sidecar comes; one that does not fails at once")
    func waits() async throws {
        try await withPeer { _ in
            .message([])
        } body: { peer, transport, pool in
            await peer.die()
            let waiting = Task {
                try await transport.getState(
                    store: "s", key: "k", consistency: nil, metadata: [:],
                    options: CallOptions(timeout: .seconds(20), waitsForSidecar: true))
            }
            while await pool.statistics.failedDials < 2 { await Task.yield() }
            let error = await #expect(throws: DaprError.self) {
                try await transport.getState(
                    store: "s", key: "k", consistency: nil, metadata: [:], options: options)
            }
            #expect(error?.kind == .unavailable)
            try await peer.listen()
            let value = try await waiting.value
            #expect(value == nil)
        }
    }

    @Test("waiting ends at the deadline, with the reason; when it is cancelled; and at shutdown")
    func waitingEnds() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.die()
            func get(_ timeout: Duration) async throws(DaprError) {
                _ = try await transport.getState(
                    store: "s", key: "k", consistency: nil, metadata: [:],
                    options: CallOptions(timeout: timeout, waitsForSidecar: true))
            }
            let late = await #expect(throws: DaprError.self) { try await get(.milliseconds(150)) }
            #expect(late?.kind == .deadlineExceeded)
            #expect(late?.message.contains("Connection refused") == true)
            let task = Task { try await get(.seconds(20)) }
            let dials = await pool.statistics.failedDials
            while await pool.statistics.failedDials == dials { await Task.yield() }
            task.cancel()
            let cancelled = await #expect(throws: DaprError.self) { try await task.value }
            #expect(cancelled?.kind == .cancelled)
            let last = Task { try await get(.seconds(20)) }
            let more = await pool.statistics.failedDials
            while await pool.statistics.failedDials == more { await Task.yield() }
            await pool.shutDown()
            let ended = await #expect(throws: DaprError.self) { try await last.value }
            #expect(ended?.message == "the client is shut down")
        }
    }
}
