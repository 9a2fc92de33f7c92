import DaprProtos
import EventLoop
import HTTP2
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("Unary gRPC calls over real sockets")
struct UnaryCallTests {
    @Test("a value is read, and its request says what was asked")
    func getsValue() async throws {
        try await withPeer { _ in
            .message([0x0a, 2, 0x68, 0x69, 0x12, 1, 0x37])
        } body: { peer, transport, _ in
            let value = try await transport.getState(
                store: "s", key: "k", consistency: .strong, metadata: ["a": "b"],
                options: CallOptions())
            #expect(value == StateValue(data: Array("hi".utf8), etag: ETag(rawValue: "7")))
            let request = try #require(await peer.requests.first)
            #expect(request.fields[":path"] == "/dapr.proto.runtime.v1.Dapr/GetState")
            #expect(request.fields["grpc-timeout"] == "10000000u")
            #expect(request.fields["dapr-api-token"] == "secret")
            #expect(
                request.fields.first { $0.name.elementsEqual("dapr-api-token".utf8) }?
                    .neverIndexed == true)
            let message = try Dapr_Proto_Runtime_V1_GetStateRequest(
                serializedBytes: request.message)
            #expect(message.storeName == "s")
            #expect(message.key == "k")
            #expect(message.consistency == .consistencyStrong)
            #expect(message.metadata == ["a": "b"])
        }
    }
}

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
    let (timers, watches) = await pool.leftovers
    #expect(timers == 0)
    #expect(watches == 0)
    thread.join()
    await peer.stop()
    try result.get()
}

extension SidecarPool {
    /// What is still registered with the loop.
    var leftovers: (timers: Int, watches: Int) { (loop.timerCount, loop.watchCount) }
}
