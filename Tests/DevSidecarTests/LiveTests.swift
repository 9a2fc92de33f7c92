import DaprProtos
import EventLoop
import HTTP2
import SwiftProtobuf
import TestSupport
import Testing

@testable import DevSidecar

private let zeroTrace = "00-00000000000000000000000000000000-0000000000000000-00"

@Suite("The sidecar over real sockets")
struct LiveTests {
    private func get(_ path: String, _ fields: String = "") -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
    }

    private func post(_ path: String, _ body: String) -> [UInt8] {
        Array(
            "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                .utf8)
    }

    private func getStateMessage(_ key: String) throws -> [UInt8] {
        var message = Dapr_Proto_Runtime_V1_GetStateRequest()
        message.storeName = "store"
        message.key = key
        return try message.serializedBytes()
    }

    private let h2Get = [(":method", "GET"), (":scheme", "http"), (":authority", "a")]

    @Test("what is saved over HTTP/1.1 is read over HTTP/1.1, h2c and gRPC")
    func stateOverAllTransports() throws {
        let bench = try Bench(Bench.configuration())
        let wire = Wire(bench, to: bench.server.addresses.http)
        // Two requests in one piece: the second waits for the first.
        wire.send(post("/v1.0/state/store", #"[{"key":"k","value":{"b":1,"a":"<"}}]"#))
        wire.send(get("/v1.0/state/store/k"))
        let value = #"{"a":"\u003c","b":1}"#
        bench.turn { wire.text.hasSuffix(value) }
        #expect(wire.text.hasPrefix("HTTP/1.1 204 No Content\r\nTraceparent: \(zeroTrace)\r\n"))
        #expect(wire.text.contains("\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"))
        #expect(wire.text.hasSuffix("\r\n\r\n" + value))

        let h2c = try HTTP2Client(bench, to: bench.server.addresses.http)
        let answer = try h2c.call(h2Get + [(":path", "/v1.0/state/store/k")])
        bench.turn { answer.isOver }
        #expect(answer.head?.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == value)

        let grpc = try HTTP2Client(bench, to: bench.server.addresses.grpc)
        let reply = try grpc.grpc(
            "/dapr.proto.runtime.v1.Dapr/GetState", try getStateMessage("k"))
        bench.turn { reply.isOver }
        #expect(reply.grpcStatus == "0")
        let response = try Dapr_Proto_Runtime_V1_GetStateResponse(
            serializedBytes: Array(reply.body.dropFirst(5)))
        #expect(response.data.elementsEqual(value.utf8))
        #expect(response.etag == answer.head?["etag"])
    }

    @Test("what nobody answers is 404 with the error of invocation, and the connection stays")
    func fallback() throws {
        let bench = try Bench(Bench.configuration())
        let wire = Wire(bench, to: bench.server.addresses.http)
        wire.send(get("/nope"))
        wire.send(get("/v1.0/healthz"))
        bench.turn { wire.text.contains("204 No Content") }
        #expect(wire.text.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(wire.text.contains(#"{"errorCode":"ERR_DIRECT_INVOKE","message":"failed getting"#))
        #expect(!wire.isClosed)
    }

    @Test("a token is asked for over both APIs, but not for health")
    func token() throws {
        var configuration = Bench.configuration()
        configuration.apiToken = "t"
        let bench = try Bench(configuration)
        let wire = Wire(bench, to: bench.server.addresses.http)
        wire.send(get("/v1.0/secrets/secrets/a"))
        wire.send(get("/v1.0/secrets/secrets/a", "dapr-api-token: t\r\n"))
        wire.send(get("/v1.0/healthz"))
        bench.turn { wire.text.contains("204 No Content") }
        #expect(wire.text.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
        #expect(wire.text.contains("\r\n\r\ninvalid api token\nHTTP/1.1 200 OK"))
        #expect(wire.text.contains(#"{"a":"b"}"#))

        let grpc = try HTTP2Client(bench, to: bench.server.addresses.grpc)
        let path = "/dapr.proto.runtime.v1.Dapr/GetState"
        let refused = try grpc.grpc(path, try getStateMessage("k"))
        let served = try grpc.grpc(
            path, try getStateMessage("k"), extra: [("dapr-api-token", "t")])
        bench.turn { refused.isOver && served.isOver }
        #expect(refused.grpcStatus == "16")
        #expect(served.grpcStatus == "0")
    }

    @Test("a body over the limit is refused, and what is left of it does not hurt the next request")
    func bodyLimit() throws {
        var configuration = Bench.configuration()
        configuration.maxBodySize = 100
        let bench = try Bench(configuration)
        let wire = Wire(bench, to: bench.server.addresses.http)
        let long = String(repeating: "x", count: 5000)
        wire.send(post("/v1.0/state/store", "[{\"key\":\"k\",\"value\":\"\(long)\"}]"))
        wire.send(get("/v1.0/healthz"))
        bench.turn { wire.text.contains("204 No Content") }
        #expect(wire.text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(wire.text.contains(#""message":"stream too large"}HTTP/1.1 204 No Content"#))
    }

    @Test("gRPC messages over the limit are refused in both directions")
    func messageLimit() throws {
        var configuration = Bench.configuration()
        configuration.maxBodySize = 60
        let bench = try Bench(configuration)
        let wire = Wire(bench, to: bench.server.addresses.http)
        let grpc = try HTTP2Client(bench, to: bench.server.addresses.grpc)
        wire.send(
            post(
                "/v1.0/state/store",
                #"[{"key":"k","value":"\#(String(repeating: "x", count: 30))"}]"#))
        bench.turn { wire.text.contains("204 No Content") }
        let path = "/dapr.proto.runtime.v1.Dapr/GetState"
        let read = try grpc.grpc(path, try getStateMessage("k"))
        let sent = try grpc.grpc(path, Array(repeating: 0, count: 61))
        bench.turn { read.isOver && sent.isOver }
        #expect(read.grpcStatus == "8")
        #expect(read.grpcMessage == "grpc: trying to send message larger than max (72 vs. 60)")
        #expect(sent.grpcStatus == "8")
        #expect(sent.grpcMessage == "grpc: received message larger than max (61 vs. 60)")
    }

    @Test("latency delays calls, and a deadline ends those that would be too late")
    func latency() throws {
        let clock = ManualClock()
        var configuration = Bench.configuration()
        configuration.latency = .milliseconds(100)
        let bench = try Bench(configuration, clock: clock)
        let wire = Wire(bench, to: bench.server.addresses.http)
        let grpc = try HTTP2Client(bench, to: bench.server.addresses.grpc)
        let path = "/dapr.proto.runtime.v1.Dapr/GetState"
        let hasty = try grpc.grpc(
            path, try getStateMessage("k"), extra: [("grpc-timeout", "50m")])
        wire.send(get("/v1.0/state/store/k"))
        bench.settle()
        #expect(wire.received.isEmpty)
        clock.advance(by: .milliseconds(60))
        bench.turn { hasty.isOver }
        #expect(hasty.grpcStatus == "4")
        #expect(wire.received.isEmpty)
        clock.advance(by: .milliseconds(60))
        bench.turn { !wire.received.isEmpty }
        #expect(wire.text.hasPrefix("HTTP/1.1 204 No Content\r\n"))
    }

    @Test("a limit of concurrent calls makes the others wait")
    func concurrency() throws {
        let clock = ManualClock()
        var configuration = Bench.configuration()
        configuration.latency = .milliseconds(100)
        configuration.maxConcurrency = 1
        let bench = try Bench(configuration, clock: clock)
        let wires = (0..<3).map { _ in Wire(bench, to: bench.server.addresses.http) }
        for wire in wires { wire.send(get("/v1.0/state/store/k")) }
        for answered in 0...3 {
            bench.settle()
            #expect(wires.count { !$0.received.isEmpty } == answered)
            clock.advance(by: .milliseconds(101))
        }
    }

    @Test("an idle gRPC connection is pinged and then closed gracefully")
    func idle() throws {
        let clock = ManualClock()
        let bench = try Bench(Bench.configuration(), clock: clock)
        let wire = Wire(bench, to: bench.server.addresses.grpc)
        wire.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
        bench.settle()
        let ping = LastFrames.ping(Array(repeating: 0, count: 8), isAnswer: false)
        for count in 1...17 {
            clock.advance(by: .seconds(10))
            bench.settle()
            #expect(wire.received.suffix(17).elementsEqual(ping), "\(count)")
            wire.send(LastFrames.ping(Array(repeating: 0, count: 8), isAnswer: true))
            bench.settle()
        }
        clock.advance(by: .seconds(10))
        bench.settle()
        let drainPing = LastFrames.ping(LastFrames.drainPing, isAnswer: false)
        let announcement = LastFrames.goAway(lastStreamID: .max, reason: "max_idle") + drainPing
        #expect(wire.received.suffix(announcement.count).elementsEqual(announcement))
        // In two pieces, as the network likes.
        let answer = LastFrames.ping(LastFrames.drainPing, isAnswer: true)
        wire.send(Array(answer.prefix(5)))
        bench.settle()
        wire.send(Array(answer.dropFirst(5)))
        bench.settle()
        let end = LastFrames.goAway(lastStreamID: 0, reason: "max_idle")
        #expect(wire.received.suffix(end.count).elementsEqual(end))
        #expect(!wire.isClosed)
        clock.advance(by: .seconds(1))
        bench.turn { wire.isClosed }
        #expect(wire.isClosed)
        #expect(bench.server.connectionCount == 0)
    }

    @Test("a client that does not answer a ping is cut off")
    func silentClient() throws {
        let clock = ManualClock()
        let bench = try Bench(Bench.configuration(), clock: clock)
        let wire = Wire(bench, to: bench.server.addresses.grpc)
        wire.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
        bench.settle()
        clock.advance(by: .seconds(10))
        bench.settle()
        clock.advance(by: .seconds(4))
        bench.settle()
        #expect(!wire.isClosed)
        clock.advance(by: .seconds(1))
        bench.turn { wire.isClosed }
        #expect(wire.isClosed)
    }

    @Test("a client that pings too often is told so and cut off")
    func tooManyPings() throws {
        let clock = ManualClock()
        let bench = try Bench(Bench.configuration(), clock: clock)
        let client = try HTTP2Client(bench, to: bench.server.addresses.grpc)
        bench.turn { client.session.hasReceivedSettings }
        for _ in 0..<4 {
            clock.advance(by: .seconds(1))
            try client.session.ping(1)
            client.pump()
            bench.settle()
        }
        #expect(client.goAways == ["ENHANCE_YOUR_CALM 0 too_many_pings"])
    }

    @Test("clients that go away in the middle of anything leave nothing behind")
    func leaks() throws {
        let bench = try Bench(Bench.configuration())
        let watches = bench.loop.watchCount
        for round in 0..<200 {
            let isGRPC = round.isMultiple(of: 2)
            let addresses = bench.server.addresses
            let wire = Wire(bench, to: isGRPC ? addresses.grpc : addresses.http)
            wire.send(
                Array(
                    "POST /v1.0/state/store HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n[".utf8)
            )
            for _ in 0..<5 { bench.loop.runOnce() }
            withExtendedLifetime(wire) {}
        }
        bench.turn { bench.server.connectionCount == 0 }
        #expect(bench.server.connectionCount == 0)
        #expect(bench.loop.watchCount == watches)
    }
}
