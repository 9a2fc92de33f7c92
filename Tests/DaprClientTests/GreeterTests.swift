import DaprClient
import EventLoop
import SwiftProtobuf
import Testing

/// Where the sidecar of a real Greeter is, when Tests/Integration/proxy has started one.
private let sidecar = ProcessEnvironment.current["DAPRGW_GREETER_SIDECAR"]

@Suite("A gRPC app in another process", .enabled(if: sidecar != nil))
struct GreeterTests {
    private func withGreeter(_ body: (GreeterClient) async throws -> Void) async throws {
        let client = try DaprClient(
            grpcEndpoint: sidecar, protocol: .grpc)
        do {
            try await body(GreeterClient(app: client.proxy(appID: "greeter")))
        } catch {
            Issue.record(error)
        }
        await client.shutdown()
    }

    @Test("all four kinds of calls")
    func kinds() async throws {
        try await withGreeter { greeter in
            let reply = try await greeter.sayHello("Ada")
            #expect(reply.value == "Hello Ada")
            var replies: [String] = []
            for try await reply in try await greeter.greetMany("Ada") {
                replies.append(reply.value)
            }
            #expect(replies == ["Hello Ada 0", "Hello Ada 1", "Hello Ada 2"])
            let all = try await greeter.greetAll(["Ada", "Grace"])
            #expect(all.value == "Hello Ada and Grace")
            let chat = try await greeter.chat()
            for name in ["Ada", "", "Grace"] {
                try await chat.send(HelloRequest(name))
                let reply = try await chat.next()
                #expect(reply?.value == "Hello \(name)")
            }
            await chat.finishSending()
            let end = try await chat.next()
            #expect(end == nil)
        }
    }

    @Test("metadata goes and comes, bytes too")
    func metadata() async throws {
        try await withGreeter { greeter in
            var metadata: GRPCMetadata = ["x-note": "hi"]
            metadata.add("x-note-bin", [0, 255])
            let response = try await greeter.app.response(
                GreeterClient.sayHello, "Ada", metadata: metadata)
            #expect(response.initialMetadata["x-before"] == "hi")
            #expect(response.initialMetadata.binaryValues(of: "x-before-bin") == [[0, 255]])
            #expect(response.trailingMetadata["x-after"] == "hi")
            #expect(response.trailingMetadata.binaryValues(of: "x-after-bin") == [[0, 255]])
        }
    }

    @Test("an error keeps its status and details; deadline and cancellation end a call")
    func ends() async throws {
        try await withGreeter { greeter in
            let error = await #expect(throws: DaprError.self) {
                try await greeter.sayHello("nobody")
            }
            #expect(error?.status == .grpc(3))
            #expect(error?.message == "nobody is thére")
            #expect(
                error?.details == [.errorInfo(reason: "NOBODY", domain: "greeter", metadata: [:])])
            let late = await #expect(throws: DaprError.self) {
                try await greeter.sayHello(
                    "sleeper", options: CallOptions(timeout: .milliseconds(100)))
            }
            #expect(late?.kind == .deadlineExceeded)
            let chat = try await greeter.chat()
            try await chat.send("sleeper")
            let reader = Task { try await chat.next() }
            reader.cancel()
            let cancelled = await #expect(throws: DaprError.self) { try await reader.value }
            #expect(cancelled?.kind == .cancelled)
        }
    }
}
