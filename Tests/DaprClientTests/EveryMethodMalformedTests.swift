import EventLoop
import HTTP2
import Testing

@testable import DaprClient

@Suite("Every method, when the answer makes no sense")
struct EveryMethodMalformedTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answer: PeerAnswer
        var kind = DaprError.Kind.malformedResponse
        /// The fault is only seen after a message that is whole.
        var hasMessage = false

        /// Whether it ends the connection: alone on one or with others, a method hears the same.
        var endsConnection: Bool { if case .raw = answer { true } else { false } }
    }

    private func expect(
        _ answer: Answer, _ methods: [APIMethod], on api: any DaprAPI, over protocol: DaprProtocol
    ) async {
        for methods in answer.endsConnection ? methods.map({ [$0] }) + [methods] : [methods] {
            await expectErrors(
                of: methods, on: api, over: `protocol`, timeout: .seconds(5)
            ) { method in
                answer.hasMessage && method.name == "subscribeConfiguration" ? nil : answer.kind
            }
        }
    }

    private static let head = [(":status", "200"), ("content-type", "application/grpc")]
    private static let okay = [("grpc-status", "0")]

    private static func body(_ bytes: [UInt8]) -> PeerAnswer {
        .respond(head, bytes, trailers: okay)
    }

    static let grpcAnswers = [
        Answer(testDescription: "a message that is cut off", answer: body([0, 0, 0, 0, 9, 1])),
        Answer(testDescription: "a prefix that is cut off", answer: body([0, 0])),
        Answer(testDescription: "a compressed message", answer: body([1, 0, 0, 0, 0])),
        Answer(
            testDescription: "an absurd length", answer: body([0, 255, 255, 255, 255, 1]),
            kind: .tooLarge),
        Answer(
            testDescription: "no trailers",
            answer: .respond(head, [0, 0, 0, 0, 0], trailers: nil), hasMessage: true),
        Answer(
            testDescription: "trailers without a status",
            answer: .respond(head, [0, 0, 0, 0, 0], trailers: [("x", "y")]),
            hasMessage: true),
        Answer(
            testDescription: "a status that is no number",
            answer: .respond(head, [0, 0, 0, 0, 0], trailers: [("grpc-status", "fine")]),
            hasMessage: true),
        Answer(
            testDescription: "another content type",
            answer: .respond(
                [(":status", "200"), ("content-type", "text/html")], Array("<html>".utf8),
                trailers: nil)),
        Answer(
            testDescription: "another content type, around a message",
            answer: .respond(
                [(":status", "200"), ("content-type", "text/html")], [0, 0, 0, 0, 0],
                trailers: okay)),
        Answer(
            testDescription: "a frame of an absurd length",
            answer: .raw([255, 255, 255, 0, 0, 0, 0, 0, 1])),
        Answer(
            testDescription: "fields that cannot be decompressed",
            answer: .raw([0, 0, 1, 1, 4, 0, 0, 0, 1, 0xff])),
    ]

    @Test("over gRPC", arguments: grpcAnswers)
    func grpc(answer: Answer) async throws {
        try await withPeer(over: .grpc) { _ in
            answer.answer
        } body: { _, api in
            await expect(answer, Self.methodsWithAnAnswer, on: api, over: .grpc)
        }
    }

    /// A subscription sends no end that the peer would answer to; its own test scripts that.
    private static let methodsWithAnAnswer = APIMethod.all.filter { $0.name != "subscribe" }

    @Test("over gRPC a message that is no protobuf")
    func protobuf() async throws {
        try await withPeer(over: .grpc) { _ in
            .message([0x0a, 0xff])
        } body: { _, api in
            await expectErrors(of: Self.methodsWithAnAnswer, on: api, over: .grpc) { method in
                // Apps' messages are theirs, and of these answers nothing is read.
                method.block == "Proxying"
                    || ["checkHealth", "shutdownSidecar"].contains(method.name)
                    ? nil : .malformedResponse
            }
        }
    }

    static let httpAnswers = [
        Answer(
            testDescription: "a content that is shorter than it says",
            answer: .respond(
                [(":status", "200"), ("content-length", "10")], Array("{}".utf8), trailers: nil)),
        Answer(
            testDescription: "a content that is longer than it says",
            answer: .respond(
                [(":status", "200"), ("content-length", "1")], Array("{}".utf8), trailers: nil)),
        Answer(
            testDescription: "no status",
            answer: .respond([("content-type", "text/plain")], [], trailers: nil)),
        Answer(
            testDescription: "a frame of an absurd length",
            answer: .raw([255, 255, 255, 0, 0, 0, 0, 0, 1])),
        Answer(
            testDescription: "fields that cannot be decompressed",
            answer: .raw([0, 0, 1, 1, 4, 0, 0, 0, 1, 0xff])),
    ]

    @Test("over HTTP", arguments: httpAnswers)
    func http(answer: Answer) async throws {
        try await withPeer(over: .http) { _ in
            answer.answer
        } body: { _, api in
            await expect(answer, APIMethod.all, on: api, over: .http)
        }
    }

    @Test(
        "over HTTP a content that is no JSON, where it is read",
        arguments: ["{", "<html>", "{\"a\":}", "nul", "\u{0}"])
    func json(text: String) async throws {
        try await withPeer(over: .http) { _ in
            .http(200, text, [("content-type", "text/html")])
        } body: { _, api in
            await expectErrors(on: api, over: .http) { method in
                method.content == .json ? .malformedResponse : nil
            }
        }
    }
}
