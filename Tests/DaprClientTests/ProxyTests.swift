import DevSidecar
import EventLoop
import Testing

@testable import DaprClient

@Suite("gRPC services of apps, through the development sidecar")
struct ProxyTests {
    private static let echo = AppMethod<[UInt8], [UInt8]>("t.S/Echo")
    private static let stream = AppMethod<[UInt8], [UInt8]>("/t.S/Stream")

    private func withProxy(
        _ protocol: DaprProtocol = .auto, app: String = "greeter",
        body: (AppProxy) async throws -> Void
    ) async throws {
        var configuration = SidecarConfiguration(appID: "app")
        configuration.localApps.greeterID = "greeter"
        let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
        let sidecar = DevSidecar(configuration: configuration, loop: thread.loop)
        let addresses = try await sidecar.start()
        let client = try DaprClient(
            configuration: .init(
                httpEndpoint: SidecarEndpoint(addresses.http),
                grpcEndpoint: SidecarEndpoint(addresses.grpc), protocol: `protocol`))
        do {
            try await body(client.proxy(appID: app))
        } catch {
            Issue.record(error)
        }
        await client.shutdown()
        await sidecar.stop()
        thread.join()
    }

    private func kind<Value>(
        _ body: () async throws -> Value
    ) async -> DaprError.Kind? {
        await #expect(throws: DaprError.self) { _ = try await body() }?.kind
    }

    @Test("one message each way, with the app's metadata")
    func unary() async throws {
        try await withProxy { app in
            let response = try await app.response(Self.echo, Array("hi".utf8))
            #expect(response.message == Array("echo:hi".utf8))
            #expect(response.initialMetadata["X-Init"] == "1")
            #expect(response.initialMetadata["content-type"] == nil)
            #expect(response.trailingMetadata["x-trail"] == "2")
            #expect(response.trailingMetadata.names == ["x-trail"])
            let empty = try await app.call(Self.echo, [])
            #expect(empty == Array("echo:".utf8))
        }
    }

    @Test("the app sees the caller's metadata, and none of what led the call to it")
    func metadata() async throws {
        try await withProxy { app in
            var metadata: GRPCMetadata = ["X-Custom": "v"]
            metadata.add("k-bin", [1, 2])
            let seen = try await app.call(
                AppMethod<[UInt8], [UInt8]>("t.S/Md"), [], metadata: metadata)
            let text = String(decoding: seen, as: UTF8.self)
            #expect(text.contains(#"["k-bin", "hex:0102"]"#))
            #expect(text.contains(#"["x-custom", "v"]"#))
            #expect(text.contains(#"["dapr-callee-app-id", "greeter"]"#))
            #expect(!text.contains(#""dapr-app-id""#))
        }
    }

    @Test("messages both ways, and many for one")
    func streams() async throws {
        try await withProxy { app in
            let call = try await app.stream(Self.stream)
            for text in ["a", "", "b"] {
                try await call.send(Array(text.utf8))
                let reply = try await call.next()
                #expect(reply == Array("echo:\(text)".utf8))
            }
            let early = await call.trailingMetadata
            #expect(early == nil)
            await call.finishSending()
            let end = try await call.next()
            #expect(end == nil)
            let late = await call.trailingMetadata
            #expect(late != nil)
            var replies: [[UInt8]] = []
            for try await reply in try await app.stream(
                AppMethod<[UInt8], [UInt8]>("t.S/Server"), Array("x".utf8))
            {
                replies.append(reply)
            }
            #expect(replies == ["0:x", "1:x", "2:x"].map { Array($0.utf8) })
            let single = try await app.stream(Self.echo)
            try await single.send([120])
            let reply = try await single.response()
            #expect(reply == Array("echo:x".utf8))
            let many = try await app.stream(AppMethod<[UInt8], [UInt8]>("t.S/Server"))
            try await many.send([120])
            #expect(await kind { try await many.response() } == .malformedResponse)
            let none = try await app.stream(Self.stream)
            #expect(await kind { try await none.response() } == .malformedResponse)
        }
    }

    @Test("an app's error keeps status, message and details")
    func errors() async throws {
        try await withProxy { app in
            let error = await #expect(throws: DaprError.self) {
                try await app.call(AppMethod<[UInt8], [UInt8]>("t.S/Fail"), [])
            }
            #expect(error?.status == .grpc(9))
            #expect(error?.message == "nope")
            #expect(
                error?.details
                    == [.errorInfo(reason: "WHY", domain: "app", metadata: ["a": "b"])])
            #expect(
                await kind { try await app.call(AppMethod<[UInt8], [UInt8]>("t.S/Missing"), []) }
                    == .notSupported)
            let stream = try await app.stream(AppMethod<[UInt8], [UInt8]>("t.S/NoMsg"), [])
            #expect(await kind { try await stream.next() } == .invalidArgument)
        }
    }

    @Test("apps that are unknown, no gRPC's or without a name", arguments: ["nosuch", "a.b.c", ""])
    func noApp(id: String) async throws {
        try await withProxy(app: id) { app in
            let kind = await kind { try await app.call(Self.echo, []) }
            #expect(kind == (id == "nosuch" ? .noSuchComponent : .invalidArgument))
        }
    }

    @Test("a deadline and a cancelled task end a call")
    func ends() async throws {
        try await withProxy { app in
            let slow = AppMethod<[UInt8], [UInt8]>("t.S/Slow")
            let options = CallOptions(timeout: .milliseconds(50))
            #expect(
                await kind { try await app.call(slow, [], options: options) } == .deadlineExceeded)
            let stream = try await app.stream(slow, [], options: options)
            #expect(await kind { try await stream.next() } == .deadlineExceeded)
            let open = try await app.stream(Self.stream)
            let reader = Task { try await open.next() }
            reader.cancel()
            #expect(await kind { try await reader.value } == .cancelled)
        }
    }

    @Test("metadata that the client sets itself, or that cannot be sent, is refused")
    func badMetadata() async throws {
        try await withProxy { app in
            for metadata in [
                ["dapr-app-id": "x"], ["grpc-timeout": "1S"], ["x y": "z"], ["x-bin": "?"],
                ["user-agent": "me"], ["x": "a\nb"],
            ] as [GRPCMetadata] {
                #expect(
                    await kind { try await app.call(Self.echo, [], metadata: metadata) }
                        == .invalidArgument)
            }
        }
    }

    @Test("the HTTP API cannot do it, and says so")
    func overHTTP() async throws {
        try await withProxy(.http) { app in
            #expect(await kind { try await app.call(Self.echo, []) } == .notSupported)
            #expect(await kind { try await app.stream(Self.stream) } == .notSupported)
        }
    }
}
