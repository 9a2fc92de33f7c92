import EventLoop
import HTTP2
import TestSupport
import Testing

@testable import DaprClient

@Suite("Keepalive, on a manual clock")
struct KeepaliveTests {
    @Test("a peer that is silent for 10 s while a call is open gets a PING, and 5 s to answer it")
    func silentPeer() throws {
        let clock = ManualClock()
        let loop = try EventLoop(clock: clock)
        let listener = try Listener(on: .ip("127.0.0.1", port: 0))
        let pool = SidecarPool(to: SidecarEndpoint(listener.address), on: loop)
        let transport = try GRPCTransport(
            pool: pool, settings: TransportSettings(timeout: .seconds(3600)))
        let failure = Box()
        Task(executorPreference: loop) {
            do throws(DaprError) {
                _ = try await transport.getState(
                    store: "s", key: "k", consistency: nil, metadata: [:], options: CallOptions())
            } catch {
                await failure.set(error)
            }
        }
        loop.run { pool.assumeIsolated { $0.statistics.openStreams == 1 } }
        for seconds in [10, 10] {
            clock.advance(by: .seconds(seconds))
            for _ in 0..<3 { loop.runOnce() }
            loop.run { pool.assumeIsolated { $0.statistics.openStreams == 1 } }
        }
        clock.advance(by: .milliseconds(4900))
        for _ in 0..<3 { loop.runOnce() }
        loop.run { pool.assumeIsolated { $0.statistics.openStreams == 1 } }
        clock.advance(by: .milliseconds(100))
        for _ in 0..<10 { loop.runOnce() }
        loop.run { pool.assumeIsolated { $0.statistics.openStreams == 0 } }
        for _ in 0..<10 { loop.runOnce() }
        loop.run {
            pool.assumeIsolated { $0.shutDown() }
            return true
        }
        #expect(loop.timerCount == 0)
        #expect(loop.watchCount == 0)
        guard let sent = try listener.accept() else {
            Issue.record("nobody connected")
            return
        }
        let bytes = try received(sent.takeDescriptor())
        // The preface, SETTINGS and the call, and last of all one PING.
        #expect(bytes.suffix(17).starts(with: [0, 0, 8, 6, 0, 0, 0, 0, 0]))
    }

    /// Everything that waits in a socket.
    private func received(_ descriptor: consuming Descriptor) throws -> [UInt8] {
        final class Reader: SocketStreamHandler {
            var bytes: [UInt8] = []
            var isClosed = false
            func received(_ bytes: Span<UInt8>) { self.bytes.append(copying: bytes) }
            func fill(_ output: inout [UInt8]) {}
            func closed(_ error: SystemError?) { isClosed = true }
        }
        let reader = Reader()
        let loop = try EventLoop()
        let stream = try SocketStream(descriptor, on: loop, handler: reader)
        loop.run { reader.isClosed }
        stream.close()
        return reader.bytes
    }
}

/// Where a task leaves its error.
private actor Box {
    private(set) var error: DaprError?
    func set(_ error: DaprError) { self.error = error }
}
