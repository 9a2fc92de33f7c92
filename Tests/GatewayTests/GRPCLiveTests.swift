import DaprClient
import Gateway
import HTTPMessage
import JSON
import Testing

@Suite("gRPC methods of an app through a gateway and a sidecar")
struct GRPCLiveTests {
    private static let path = "/v1/grpc/greeter/helloworld.Greeter"
    private static let setups = Setup.all.filter { $0.protocol != .http }
    /// A message whose field 1 is `Ada`.
    private static let ada: [UInt8] = [0x0A, 3] + Array("Ada".utf8)
    /// What the greeter writes before a message.
    private static let echoed = Array("echo:".utf8) + ada

    @Test("JSON, by the app's reflection", arguments: setups)
    func json(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            for _ in 0..<3 {
                let response = try gateway.send(
                    "POST", "\(Self.path)/SayHello", [:], #"{"name":"Ada"}"#)
                #expect(response.body == #"{"message":"Ada"}"#)
                #expect(response["x-init"] == "1")
                #expect(response["x-trail"] == "2")
            }
            let lines = try gateway.send(
                "POST", "\(Self.path)/GreetMany", [:], #"{"name":"Ada"}"#)
            #expect(
                lines.body == String(repeating: #"{"message":"Ada"}"# + "\n", count: 3))
            #expect(lines["Content-Type"] == "application/x-ndjson")
            let failed = try gateway.send("POST", "\(Self.path)/Fail", [:], "{}")
            #expect(failed.status == 400)
            let document = try JSONDocument(parsing: failed.content).root.value
            #expect(document["grpc"]?["name"] == "FAILED_PRECONDITION")
        }
    }

    @Test("protobuf and gRPC-Web", arguments: setups)
    func bytes(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            let message = try gateway.send(
                "POST", "\(Self.path)/SayHello", ["Content-Type": "application/protobuf"],
                Self.ada)
            #expect(message.content == Self.echoed)
            let web = ["Content-Type": "application/grpc-web+proto"]
            let one = try gateway.send(
                "POST", "\(Self.path)/SayHello", web, [0, 0, 0, 0, 5] + Self.ada)
            let trailers = Array("grpc-status:0\r\nx-trail:2\r\n".utf8)
            #expect(
                one.content
                    == [0, 0, 0, 0, 10] + Self.echoed + [0x80, 0, 0, 0, UInt8(trailers.count)]
                    + trailers)
            let failed = try gateway.send("POST", "\(Self.path)/Fail", web, [0, 0, 0, 0, 0])
            #expect(failed.status == 200)
            #expect(failed.body.contains("grpc-status:9\r\ngrpc-message:nope\r\n"))
            #expect(failed.body.contains("grpc-status-details-bin:"))
        }
    }

    @Test("a deadline ends a call, whatever its form", arguments: setups)
    func deadline(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            let late = try gateway.send(
                "POST", "\(Self.path)/Slow?timeout=100ms", [:], "{}")
            #expect(late.status == 504, "\(late.body)")
            let web = try gateway.send(
                "POST", "\(Self.path)/Slow",
                ["Content-Type": "application/grpc-web", "grpc-timeout": "100m"],
                [0, 0, 0, 0, 0])
            #expect(web.status == 200)
            #expect(web.body.contains("grpc-status:4\r\n"), "\(web.body)")
        }
    }

    @Test("a client that leaves a stream takes the call with it")
    func leaving() throws {
        try withGateway(Setup(protocol: .auto, shards: 1)) { gateway in
            let client = gateway.client()
            client.send(
                LiveGateway.request(
                    "POST", "\(Self.path)/Slow",
                    ["Content-Type": "application/grpc-web"], [0, 0, 0, 0, 0]))
            try gateway.wait(for: "the call") {
                $0["daprgw_sidecar_streams{api=\"grpc\"}"] == 1
            }
            client.close()
            try gateway.wait(for: "its end") {
                $0["daprgw_sidecar_streams{api=\"grpc\"}"] == 0
            }
        }
    }

    @Test("over the sidecar's HTTP API it is not possible")
    func http() throws {
        try withGateway(Setup(protocol: .http, shards: 1)) { gateway in
            let response = try gateway.send("POST", "\(Self.path)/SayHello", [:], "{}")
            #expect(response.status == 501)
        }
    }
}
