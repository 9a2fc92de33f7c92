import DaprProtos
import HTTP2
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("Output bindings")
struct BindingTests {
    private func invoke(
        _ api: any BindingsAPI, _ data: [UInt8] = [], operation: String = "create"
    ) async throws(DaprError) -> BindingResult {
        try await api.invokeBinding(
            name: "a/b", operation: operation, data: data, metadata: ["k": "v\u{1}"],
            options: CallOptions(timeout: .seconds(5)))
    }

    @Test("over gRPC bytes and metadata go both ways as they are")
    func overGRPC() async throws {
        var answer = Dapr_Proto_Runtime_V1_InvokeBindingResponse()
        answer.data = [UInt8]([0, 255]).data
        answer.metadata = ["Statuscode": "200"]
        let bytes: [UInt8] = try answer.serializedBytes()
        try await withPeer { _ in
            .message(bytes)
        } body: { peer, transport, _ in
            let result = try await invoke(transport, [0xFF, 0])
            #expect(result == BindingResult(data: [0, 255], metadata: ["Statuscode": "200"]))
            let request = try #require(await peer.requests.first)
            #expect(request.fields[":path"] == "/dapr.proto.runtime.v1.Dapr/InvokeBinding")
            let message = try Dapr_Proto_Runtime_V1_InvokeBindingRequest(
                serializedBytes: request.message)
            #expect(message.name == "a/b")
            #expect(message.operation == "create")
            #expect(message.data.array == [0xFF, 0])
            #expect(message.metadata == ["k": "v\u{1}"])
        }
    }

    @Test("over HTTP the data is a part of the JSON, and metadata come as fields")
    func overHTTP() async throws {
        try await withHTTPPeer { _ in
            .http(200, "[1]", [("metadata.status", "200 OK"), ("content-type", "x")])
        } body: { peer, transport in
            let result = try await invoke(transport, Array("{\"n\": 1.0}".utf8))
            #expect(
                result == BindingResult(data: Array("[1]".utf8), metadata: ["status": "200 OK"]))
            #expect(try result.decode(as: [Int].self) == [1])
            let request = try #require(await peer.requests.first)
            #expect(request.fields[":path"] == "/v1.0/bindings/a%2Fb")
            #expect(request.fields[":method"] == "POST")
            #expect(
                request.text
                    == #"{"operation":"create","data":{"n": 1.0},"metadata":{"k":"v\u0001"}}"#)
        }
    }

    @Test("over HTTP no data is left out, and 204 is an empty answer")
    func noData() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            #expect(try await invoke(transport, operation: "delete") == BindingResult())
            let text = try #require(await peer.requests.first).text
            #expect(!text.contains("data\":") || text.contains("metadata\":"))
            #expect(!text.contains("\"data\""))
        }
    }

    @Test("over HTTP what is not JSON is refused and not sent")
    func notJSON() async throws {
        try await withHTTPPeer { _ in
            .http(200)
        } body: { peer, transport in
            for data in [[0xFF], Array("text".utf8), Array("{} {}".utf8)] as [[UInt8]] {
                let error = await #expect(throws: DaprError.self) {
                    try await invoke(transport, data)
                }
                #expect(error?.kind == .notSupported)
                #expect(error?.message.contains("the gRPC API keeps bytes") == true)
                #expect(error?.isUnprocessed == true)
            }
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("data over the size limit is refused and not sent", arguments: DaprProtocol.allCases)
    func tooLarge(protocol: DaprProtocol) async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            let http = try HTTPTransport(pool: pool, settings: transport.settings)
            let api: any BindingsAPI = `protocol` == .http ? http : transport
            let data = [UInt8](repeating: UInt8(ascii: "1"), count: (4 << 20) + 1)
            let error = await #expect(throws: DaprError.self) { try await invoke(api, data) }
            #expect(error?.kind == .tooLarge)
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("a handle takes bytes, text and values, and a time to live")
    func handle() async throws {
        let api = RecordingBindings()
        let binding = OutputBinding(name: "b", api: api)
        _ = try await binding.invoke("get", metadata: ["fileName": "f"])
        try await binding.invoke("create", [UInt8]([1, 2]))
        try await binding.invoke("create", "text", ttl: .milliseconds(1500))
        try await binding.invoke("create", ["n": 1])
        #expect(
            await api.calls == [
                "b get  fileName=f", "b create \u{1}\u{2} ", "b create text ttlInSeconds=2",
                "b create {\"n\":1} ",
            ])
    }
}

/// Remembers what it was asked.
private actor RecordingBindings: BindingsAPI {
    private(set) var calls: [String] = []

    func invokeBinding(
        name: String, operation: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BindingResult {
        let shown = metadata.map { "\($0)=\($1)" }.joined()
        calls.append("\(name) \(operation) \(String(decoding: data, as: UTF8.self)) \(shown)")
        return BindingResult()
    }
}
