import EventLoop
import Testing

@testable import DaprClient

/// Runs a test against a scripted peer, and then sees to it that nothing was left behind.
func withPeer(
    _ script: @escaping Peer.Script,
    body: (Peer, GRPCTransport, SidecarPool) async throws -> Void
) async throws {
    let peer = try Peer(script)
    let address = try await peer.listen()
    let loop = try EventLoop()
    let thread = try LoopThread(running: loop, name: "client")
    let pool = SidecarPool(to: SidecarEndpoint(address), on: loop)
    let transport = try GRPCTransport(pool: pool, settings: TransportSettings(apiToken: "secret"))
    let result: Result<Void, any Error>
    do {
        try await body(peer, transport, pool)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    let statistics = await pool.statistics
    #expect(statistics.openStreams == 0)
    #expect(statistics.waiting == 0)
    await pool.shutDown()
    await pool.expectNoLeftovers()
    thread.join()
    await peer.stop()
    try result.get()
}

/// The same for the HTTP API.
func withHTTPPeer(
    _ script: @escaping Peer.Script, body: (Peer, HTTPTransport) async throws -> Void
) async throws {
    try await withPeer(script) { peer, transport, pool in
        try await body(peer, HTTPTransport(pool: pool, settings: transport.settings))
    }
}

extension SidecarPool {
    /// Nothing is still registered with the loop.
    func expectNoLeftovers() {
        #expect(loop.timerCount == 0)
        #expect(loop.watchCount == 0)
    }
}
