import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("gRPC-Web")
struct GRPCWebTests {
    private static let binary = "application/grpc-web+proto"

    private static func frame(_ flag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [flag, 0, 0, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
    }

    private static func trailers(_ text: String) -> [UInt8] { frame(0x80, Array(text.utf8)) }

    @Test("messages come in frames, the status in the last one")
    func stream() async throws {
        let dapr = FakeDapr { world in
            world.grpc.messages = [[1], [], [2, 3]]
            world.grpc.initialMetadata = ["x-before": "b"]
            world.grpc.trailingMetadata = ["x-after": "a"]
        }
        let response = await dapr.post(
            greeter("GreetMany"), "application/grpc-web", Self.frame(0, [9]),
            [("X-Grpc-Web", "1"), ("X-User-Agent", "grpc-web"), ("X-Note", "n")])
        #expect(response.status == .ok)
        #expect(response.fields[.contentType] == Self.binary)
        #expect(response.fields[.constant("x-before")] == "b")
        #expect(
            try await response.content
                == Self.frame(0, [1]) + Self.frame(0, []) + Self.frame(0, [2, 3])
                + Self.trailers("grpc-status:0\r\nx-after:a\r\n"))
        let call = dapr.now.grpc.calls.first
        #expect(call?.message == [9])
        #expect(call?.metadata == ["x-note": "n", "x-request-id": "test-1"])
    }

    @Test("each message is a chunk of its own, and nothing is read ahead")
    func flushed() async throws {
        let dapr = FakeDapr { $0.grpc.messages = [[1], [2]] }
        let response = await dapr.post(greeter("GreetMany"), Self.binary, Self.frame(0, []))
        guard case .stream(let stream) = response.body else {
            Issue.record("the answer is streamed")
            return
        }
        #expect(try await stream.next() == Self.frame(0, [1]))
        #expect(try await stream.next() == Self.frame(0, [2]))
        #expect(try await stream.next() == Self.trailers("grpc-status:0\r\n"))
        #expect(try await stream.next() == nil)
        #expect(try await stream.next() == nil)
    }

    @Test("in text, each frame is base64 with its own padding, and so may be the request's pieces")
    func text() async throws {
        let dapr = FakeDapr { $0.grpc.messages = [[1], [2]] }
        let request = Base64.encode([0, 0, 0, 0] as [UInt8]) + Base64.encode([2, 7, 8] as [UInt8])
        let response = await dapr.post(
            greeter("GreetMany"), "application/grpc-web-text", Array(request.utf8))
        #expect(response.fields[.contentType] == "application/grpc-web-text+proto")
        let expected = [
            Self.frame(0, [1]), Self.frame(0, [2]), Self.trailers("grpc-status:0\r\n"),
        ].map { Base64.encode($0) }.joined()
        #expect(try await response.content == Array(expected.utf8))
        #expect(dapr.now.grpc.calls.first?.message == [7, 8])
    }

    @Test("what the caller accepts decides the form of the answer")
    func accept() async throws {
        for (accept, type) in [
            ("application/grpc-web-text", "application/grpc-web-text+proto"),
            ("application/grpc-web+proto, application/grpc-web-text", Self.binary),
            ("*/*", Self.binary),
        ] {
            let response = await FakeDapr().post(
                greeter("SayHello"), Self.binary, Self.frame(0, []), [("Accept", accept)])
            #expect(response.fields[.contentType] == type)
        }
    }

    @Test("a failure is 200 with the status in the trailers, before a message or after")
    func failure() async throws {
        let error = DaprError(.notFound, "no 100% é\n", status: .grpc(5))
        for messages in [[], [[1]]] as [[[UInt8]]] {
            let dapr = FakeDapr { world in
                world.grpc.messages = messages
                world.grpc.failure = error
                world.grpc.trailingMetadata.add("grpc-status-details-bin", [1, 2])
            }
            let response = await dapr.post(greeter("SayHello"), Self.binary, Self.frame(0, []))
            #expect(response.status == .ok)
            #expect(
                try await response.content
                    == messages.flatMap { Self.frame(0, $0) }
                    + Self.trailers(
                        "grpc-status:5\r\ngrpc-message:no 100%25 %C3%A9%0A\r\n"
                            + "grpc-status-details-bin:AQI=\r\n"))
        }
        let empty = await FakeDapr().post(greeter("SayHello"), Self.binary, Self.frame(0, []))
        #expect(try await empty.content == Self.trailers("grpc-status:0\r\n"))
    }

    @Test("what fails without an app has a status too", arguments: DaprError.Kind.allCases)
    func ownFailures(kind: DaprError.Kind) async throws {
        let dapr = FakeDapr()
        dapr.fail("openAppCall", DaprError(kind, "why"))
        let response = await dapr.post(greeter("SayHello"), Self.binary, Self.frame(0, []))
        let expected: [DaprError.Kind: Int] = [
            .invalidArgument: 3, .noSuchComponent: 5, .notFound: 5, .conflict: 10, .denied: 7,
            .unauthenticated: 16, .notSupported: 12, .tooLarge: 8, .unavailable: 14,
            .deadlineExceeded: 4, .cancelled: 1, .componentFailed: 2, .malformedResponse: 13,
            .unknown: 2,
        ]
        let code = try #require(expected[kind])
        #expect(
            try await response.content
                == Self.trailers("grpc-status:\(code)\r\ngrpc-message:why\r\n"))
    }

    @Test(
        "what is not exactly one message is refused",
        arguments: [
            [], [0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0],
            [0x80, 0, 0, 0, 0],
            [0, 0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func malformed(body: [UInt8]) async {
        let dapr = FakeDapr()
        for (type, body) in [
            (Self.binary, body), ("application/grpc-web-text", Array(Base64.encode(body).utf8)),
            ("application/grpc-web-text", [0x2A] + body),
        ] {
            #expect(await dapr.post(greeter("SayHello"), type, body).problem == "invalid-body")
        }
        #expect(dapr.calls == [])
    }
}
