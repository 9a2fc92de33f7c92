import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("gRPC methods with protobuf messages")
struct GRPCTests {
    private static let protobuf = "application/x-protobuf"

    @Test("a message goes in and comes out, with metadata around it")
    func unary() async throws {
        let dapr = FakeDapr { world in
            world.grpc.messages = [[1, 2]]
            world.grpc.initialMetadata = [
                "x-before": "b", "content-length": "9", "x-request-id": "z",
            ]
            world.grpc.trailingMetadata.add("x-after-bin", [0xFF])
            world.grpc.trailingMetadata.add("x-before", "c")
        }
        let response = await dapr.post(
            greeter("SayHello"), "application/protobuf; x=y", [3, 4],
            [
                ("X-Note", "hi"), ("X-Note-Bin", "AAE,/w"), ("Authorization", "Bearer t"),
                ("dapr-app-id", "other"), ("grpc-trace-bin", "AA"), ("Accept", "a"),
                ("User-Agent", "u"),
                ("X-Latin", "\u{E9}"), ("Connection", "X-Hop"), ("X-Hop", "1"),
                ("Content-Encoding", "x"),
            ])
        #expect(response.status == .ok)
        #expect(try await response.content == [1, 2])
        #expect(response.fields[.contentType] == "application/protobuf")
        #expect(response.fields[values: .constant("x-before")] == ["b", "c"])
        #expect(response.fields[.constant("x-after-bin")] == "/w==")
        #expect(response.fields[.contentLength] == nil)
        #expect(response.fields[.xRequestID] == nil)
        var metadata: GRPCMetadata = ["x-note": "hi"]
        metadata.add("x-note-bin", [0, 1])
        metadata.add("x-note-bin", [0xFF])
        metadata.add("authorization", "Bearer t")
        metadata.add("x-request-id", "test-1")
        let call = FakeGRPC.Call(
            app: "greeter", path: "/helloworld.Greeter/SayHello", message: [3, 4],
            metadata: metadata)
        #expect(dapr.now.grpc.calls == [call])
        #expect(dapr.calls == ["callApp greeter /helloworld.Greeter/SayHello"])
    }

    @Test("every status of an app has a problem of its own", arguments: GRPCStatusCode.allCases)
    func statuses(code: GRPCStatusCode) async {
        guard code != .ok else { return #expect(GRPCStatusCode(.malformedAnswer) == nil) }
        let dapr = FakeDapr {
            $0.grpc.failure = DaprError(
                .unknown, "said \"no\"", code: "R", status: .grpc(code.rawValue),
                details: [.errorInfo(reason: "R", domain: "d", metadata: [:])])
        }
        let response = await dapr.post(greeter("SayHello"), Self.protobuf)
        let expected: [GRPCStatusCode: Int] = [
            .cancelled: 499, .unknown: 502, .invalidArgument: 400, .deadlineExceeded: 504,
            .notFound: 404, .alreadyExists: 409, .permissionDenied: 403, .resourceExhausted: 429,
            .failedPrecondition: 400, .aborted: 409, .outOfRange: 400, .unimplemented: 501,
            .internal: 502, .unavailable: 503, .dataLoss: 502, .unauthenticated: 401,
        ]
        #expect(response.status.code == expected[code])
        let name = code.name.lowercased().replacing("_", with: "-")
        #expect(response.problem == "grpc-\(name)")
        #expect(response.detail == "said \"no\"")
        #expect(response.json?["dapr"] == nil)
        let status: JSONValue = [
            "status": .number(JSONNumber(code.rawValue)), "name": .string(code.name),
            "message": "said \"no\"",
            "details": [
                [
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "R",
                    "domain": "d", "metadata": [:],
                ]
            ],
        ]
        #expect(response.json?["grpc"] == status)
        #expect((response.fields[.wwwAuthenticate] != nil) == (code == .unauthenticated))
    }

    @Test(
        "the sidecar's own failures are told from the app's",
        arguments: [
            (
                DaprError(.noSuchComponent, "couldn't find service: x", status: .grpc(2)),
                "no-such-app", 404
            ),
            (
                DaprError(.unavailable, "connection error: desc = \"x\"", status: .grpc(14)),
                "app-unreachable", 502
            ),
            (
                DaprError(
                    .unauthenticated, "Unauthorized", code: "Unauthorized", status: .grpc(16)),
                "sidecar-refused-token", 502
            ),
            (DaprError(.unavailable, "connect: refused"), "sidecar-unavailable", 503),
            (DaprError(.deadlineExceeded, "nothing came"), "deadline-exceeded", 504),
            (
                DaprError(.malformedResponse, "2 messages", status: .grpc(2)), "malformed-answer",
                502
            ),
            (DaprError(.notSupported, "HTTP only", isUnprocessed: true), "not-supported", 501),
        ])
    func failures(error: DaprError, problem: String, status: Int) async {
        let response = await FakeDapr { $0.grpc.failure = error }
            .post(greeter("SayHello"), Self.protobuf)
        #expect(response.problem == problem)
        #expect(response.status.code == status)
    }

    @Test(
        "names that no method has, and methods of the sidecar itself, are refused",
        arguments: [
            ("a%20b/s.S/M", "invalid-name"), ("http:%2F%2Fx/s.S/M", "invalid-name"),
            ("a/s..S/M", "invalid-name"), ("a/s%2FS/M", "invalid-name"), ("a/.S/M", "invalid-name"),
            ("a/1s/M", "invalid-name"), ("a/s-S/M", "invalid-name"), ("a/s.S/", "invalid-name"),
            ("a/s.S/M%2FN", "invalid-name"), ("a/s.S/M.N", "invalid-name"),
            ("a//M", "invalid-name"),
            ("a/s.S/%ff", "invalid-path"), ("a/dapr.proto.runtime.v1.Dapr/GetSecret", "forbidden"),
            ("a/%64apr.proto.runtime.v1.Dapr/Shutdown", "forbidden"),
            ("a/TaskHubSidecarService/Hello", "forbidden"), ("a/s.S/M?x=1", "unknown-parameter"),
            ("a/s.S/M/N", "no-such-route"),
        ])
    func refused(path: String, problem: String) async {
        let dapr = FakeDapr()
        let response = await dapr.post("/v1/grpc/\(path)", Self.protobuf)
        #expect(response.problem == problem)
        #expect(dapr.calls == [])
    }

    @Test("media types that are none of these are 415, and bad fields 400")
    func badRequests() async {
        let dapr = FakeDapr()
        for type in ["text/plain", "application/grpc", "application/grpc-web+json"] {
            let response = await dapr.post(greeter("SayHello"), type)
            #expect(response.problem == "unsupported-media-type")
            #expect(response.status.code == 415)
        }
        for field in [("x-bin", "*"), ("grpc-timeout", "1"), ("grpc-timeout", "123456789S")] {
            let response = await dapr.post(greeter("SayHello"), Self.protobuf, [], [field])
            #expect(response.problem == "invalid-header")
        }
        #expect(await dapr.send(.get, greeter("SayHello")).fields[.allow] == "POST, OPTIONS")
        #expect(dapr.calls == [])
    }

    @Test(
        "grpc-timeout is the deadline, up to the limit, else the parameter",
        arguments: [
            ("500m", "", Duration.milliseconds(500)), ("2S", "?timeout=9", .seconds(2)),
            ("7H", "", .seconds(60)), ("1M", "", .seconds(60)), ("250000u", "", .milliseconds(250)),
            ("99999999n", "", .nanoseconds(99_999_999)), (nil, "?timeout=9", .seconds(9)),
            (nil, "", .seconds(10)),
        ] as [(String?, String, Duration)])
    func deadline(field: String?, query: String, timeout: Duration) async throws {
        let dapr = FakeDapr()
        _ = await dapr.post(
            greeter("SayHello") + query, Self.protobuf, [],
            field.map { [(name: "grpc-timeout", value: $0)] } ?? [])
        #expect(dapr.now.options.map(\.timeout) == [timeout])
    }

    @Test("a timeout of nothing is over before the call")
    func noTime() async {
        let dapr = FakeDapr()
        let response = await dapr.post(
            greeter("SayHello"), Self.protobuf, [], [("grpc-timeout", "0n")])
        #expect(response.problem == "deadline-exceeded")
        #expect(dapr.calls == [])
    }
}
