import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import ProtobufJSON
import SwiftProtobuf
import Testing

@testable import GatewayRoutes

@Suite("gRPC methods with JSON")
struct GRPCJSONTests {
    @Test(
        "JSON becomes the message, and the message JSON",
        arguments: [
            "application/json", "application/x-www-form-urlencoded",
            "application/json; charset=utf-8", nil,
        ])
    func unary(type: String?) async throws {
        let dapr = FakeDapr { world in
            world.grpc.messages = [hello("Hello Ada")]
            world.grpc.initialMetadata = ["x-before": "b"]
            world.grpc.trailingMetadata = ["x-after": "a"]
        }
        let response = await dapr.post(
            greeter("SayHello"), type, Array(#"{"name":"Ada"}"#.utf8),
            settings: try .describingGreeter)
        #expect(response.short == #"200 {"message":"Hello Ada"}"#)
        #expect(response.fields[.contentType] == "application/json")
        #expect(response.fields[.constant("x-before")] == "b")
        #expect(response.fields[.constant("x-after")] == "a")
        #expect(dapr.now.grpc.calls.first?.message == hello("Ada"))
        #expect(dapr.calls == ["callApp greeter /helloworld.Greeter/SayHello"])
    }

    @Test("no content is a message without fields")
    func empty() async throws {
        let dapr = FakeDapr()
        let response = await dapr.post(
            greeter("SayHello"), nil, settings: try .describingGreeter)
        #expect(response.short == "200 {}")
        #expect(dapr.now.grpc.calls.first?.message == [])
    }

    @Test(
        "JSON that is no such message is refused, and it is said where",
        arguments: [
            (#"{"nme":1}"#, "nme: helloworld.HelloRequest has no such field"),
            (#"{"name":1}"#, "name: expected a string, found a number"),
            ("{", "line 1"),
            (#"{"extra":{"@type":"x/a.B"}}"#, "extra: the type a.B is not described"),
        ])
    func invalid(json: String, detail: String) async throws {
        let dapr = FakeDapr()
        let response = await dapr.post(
            greeter("SayHello"), nil, Array(json.utf8), settings: try .describingGreeter)
        #expect(response.problem == "invalid-body")
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }

    @Test("an answer that is no such message is the app's fault")
    func malformedAnswer() async throws {
        let dapr = FakeDapr { $0.grpc.messages = [[0x0A, 9]] }
        let response = await dapr.post(
            greeter("SayHello"), nil, settings: try .describingGreeter)
        #expect(response.problem == "malformed-answer")
        #expect(response.detail?.contains("message: the message ends too early") == true)
    }

    @Test("many messages are a line each")
    func stream() async throws {
        let dapr = FakeDapr { world in
            world.grpc.messages = [hello("a"), [], hello("b\n")]
            world.grpc.initialMetadata = ["x-before": "b"]
        }
        let response = await dapr.post(
            greeter("GreetMany"), nil, settings: try .describingGreeter)
        #expect(response.status == .ok)
        #expect(response.fields[.contentType] == "application/x-ndjson")
        #expect(response.fields[.constant("x-before")] == "b")
        let lines = String(decoding: try await response.content, as: UTF8.self)
        #expect(lines == "{\"message\":\"a\"}\n{}\n{\"message\":\"b\\n\"}\n")
        let none = await FakeDapr().post(
            greeter("GreetMany"), nil, settings: try .describingGreeter)
        #expect(none.short == "200")
    }

    @Test("a stream that fails at once is a problem, later its last line, and then it breaks off")
    func failedStream() async throws {
        let error = DaprError(.notFound, "gone", status: .grpc(5))
        let first = await FakeDapr { $0.grpc.failure = error }.post(
            greeter("GreetMany"), nil, settings: try .describingGreeter)
        #expect(first.problem == "grpc-not-found")
        for (failure, messages, problem) in [
            (error, [hello("a")], "grpc-not-found"),
            (nil, [hello("a"), [0x0A]], "malformed-answer"),
        ] {
            let dapr = FakeDapr { world in
                world.grpc.messages = messages
                world.grpc.failure = failure
            }
            let response = await dapr.post(
                greeter("GreetMany"), nil, settings: try .describingGreeter)
            guard case .stream(let stream) = response.body else {
                Issue.record("the answer is streamed")
                return
            }
            #expect(try await stream.next() == Array("{\"message\":\"a\"}\n".utf8))
            let last = try #require(try await stream.next())
            let document = try JSONValue.parse(last)
            #expect(document["type"] == .string("/v1/problems/\(problem)"))
            #expect(document["instance"] == "test-1")
            await #expect(throws: GatewayError.self) { try await stream.next() }
        }
    }

    @Test("streams of requests are not possible, and methods that are not there are not found")
    func methods() async throws {
        let settings = try FacadeSettings.describingGreeter
        let streaming = await FakeDapr().post(greeter("GreetAll"), nil, settings: settings)
        #expect(streaming.problem == "not-supported")
        let missing = await FakeDapr().post(greeter("None"), nil, settings: settings)
        #expect(missing.problem == "not-found")
    }
}

@Suite("gRPC server reflection")
struct ServerReflectionTests {
    /// Answers like a server that knows some files, under one of the service's names.
    private static func server(
        _ version: String = "v1", withImports: Bool = false
    ) -> @Sendable (String, [UInt8]) -> [UInt8]? {
        { path, question in
            guard path == "/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo" else {
                return nil
            }
            let name = String(decoding: question.dropFirst(2), as: UTF8.self)
            let files: [Google_Protobuf_FileDescriptorProto]
            switch (question.first, name) {
            case (0x22, "helloworld.Greeter"):
                files =
                    withImports ? [GreeterFile.greeter, GreeterFile.any] : [GreeterFile.greeter]
            case (0x1A, "google/protobuf/any.proto"): files = [GreeterFile.any]
            case (0x22, "beside.Note"): files = [GreeterFile.beside]
            default: return [0x3A, 2, 0x08, 5]
            }
            let response = files.flatMap { file -> [UInt8] in
                let bytes: [UInt8] = (try? file.serializedBytes()) ?? []
                return Self.field(0x0A, bytes)
            }
            return Self.field(0x22, response)
        }
    }

    private static func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [tag, UInt8(content.count & 0x7F) | 0x80, UInt8(content.count >> 7)] + content
    }

    @Test("the app says what its messages are, once", arguments: ["v1", "v1alpha"], [false, true])
    func lookup(version: String, withImports: Bool) async {
        let dapr = FakeDapr { world in
            world.grpc.messages = [hello("Hello")]
            world.grpc.reflect = Self.server(version, withImports: withImports)
        }
        let facade = Facade(settings: .test)
        for _ in 0..<3 {
            let response = await dapr.post(
                greeter("SayHello"), nil, Array(#"{"name":"Ada"}"#.utf8), facade: facade)
            #expect(response.short == #"200 {"message":"Hello"}"#)
        }
        let reflections = dapr.calls.count { $0.hasPrefix("openAppCall") }
        #expect(reflections == (version == "v1" ? 1 : 2))
        #expect(dapr.now.grpc.cancelled == reflections)
    }

    @Test("an app without reflection takes no JSON, and one without the service has none")
    func nothing() async {
        let dapr = FakeDapr()
        let response = await dapr.post(greeter("SayHello"), nil)
        #expect(response.problem == "not-supported")
        #expect(response.detail?.contains("application/x-protobuf") == true)
        let other = FakeDapr { $0.grpc.reflect = Self.server() }
        let missing = await other.post("/v1/grpc/greeter/helloworld.Other/M", nil)
        #expect(missing.problem == "not-found")
    }

    @Test("a type inside Any is asked for when it is needed")
    func any() async {
        let dapr = FakeDapr { $0.grpc.reflect = Self.server() }
        let facade = Facade(settings: .test)
        for json in [
            #"{"extra":{"@type":"x/beside.Note","text":"t"}}"#,
            #"{"extra":{"@type":"x/beside.Note"}}"#,
        ] {
            let response = await dapr.post(
                greeter("SayHello"), nil, Array(json.utf8), facade: facade)
            #expect(response.short == "200 {}")
        }
        #expect(dapr.calls.count { $0.hasPrefix("openAppCall") } == 2)
        let unknown = await dapr.post(
            greeter("SayHello"), nil, Array(#"{"extra":{"@type":"x/a.B"}}"#.utf8), facade: facade)
        #expect(unknown.problem == "invalid-body")
    }

    @Test("answers that make no sense are the app's fault")
    func senseless() async {
        let answers: [[UInt8]] = [[], [0xFF], [0x22, 3, 0x0A, 1, 0xFF], [0x3A, 2, 0x08, 13]]
        for answer in answers {
            let dapr = FakeDapr { $0.grpc.reflect = { _, _ in answer } }
            let response = await dapr.post(greeter("SayHello"), nil)
            #expect(response.problem == "malformed-answer", "\(response.text)")
        }
    }

    @Test("failures are told as those of the call itself")
    func failures() async {
        let dapr = FakeDapr()
        dapr.fail(
            "openAppCall", DaprError(.noSuchComponent, "couldn't find service", status: .grpc(2)))
        #expect(await dapr.post(greeter("SayHello"), nil).problem == "no-such-app")
    }

    @Test("what an app said is used for a minute; then one asks, and the others go on")
    func age() async {
        let schemas = GRPCSchemas()
        let start = ContinuousClock.now
        func isKnown(_ app: String, after time: Duration) async -> Bool {
            await schemas.schema(of: "s.S", app: app, now: start + time) != nil
        }
        #expect(await !isKnown("a", after: .zero))
        await schemas.store(
            .described(DescriptorPool(), files: nil), of: "s.S", app: "a", now: start)
        await schemas.store(.noReflection, of: "s.S", app: "b", now: start)
        #expect(await isKnown("a", after: .seconds(59)))
        #expect(await !isKnown("a", after: .seconds(60)))
        #expect(await isKnown("a", after: .seconds(61)))
        #expect(await !isKnown("a", after: .seconds(66)))
        #expect(await isKnown("b", after: .seconds(4)))
        #expect(await !isKnown("b", after: .seconds(5)))
        #expect(await !isKnown("c", after: .zero))
    }

    @Test("only so many services are remembered")
    func capacity() async {
        let schemas = GRPCSchemas()
        let start = ContinuousClock.now
        for number in 0...GRPCSchemas.capacity {
            await schemas.store(
                .noSuchService, of: "s\(number)", app: "a",
                now: start + .milliseconds(number))
        }
        #expect(await schemas.schema(of: "s0", app: "a", now: start) == nil)
        #expect(await schemas.schema(of: "s1", app: "a", now: start) != nil)
    }
}
