import DaprProtos
import HTTP2
import JSON
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("Bulk publish")
struct BulkPublishTests {
    private typealias Entry = BulkPublishResult.Entry

    private let brokerError = """
        {"failedEntries":[{"entryId":"x","error":"full"}],"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}
        """

    @Test(
        "entries without an id get one that nobody has",
        arguments: [
            ([nil, nil], ["1", "2"]), ([nil, "1", nil], ["1-", "1", "3"]),
            (["b", "a"], ["b", "a"]),
            ([], []),
        ] as [([String?], [String])])
    func identifiers(given: [String?], expected: [String]) throws {
        let entries = given.map { BulkPublishEntry(id: $0, data: [], contentType: "text/plain") }
        #expect(try BulkPublishResult.identifiers(for: entries) == expected)
    }

    @Test("an id that is empty or given twice is refused", arguments: [["a", "a"], [""]])
    func badIdentifiers(ids: [String]) {
        let entries = ids.map { BulkPublishEntry(id: $0, data: [], contentType: "text/plain") }
        let error = #expect(throws: DaprError.self) {
            try BulkPublishResult.identifiers(for: entries)
        }
        #expect(error?.kind == .invalidArgument)
    }

    @Test("over HTTP the content type decides how an event stands in JSON")
    func overHTTP() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            let result = try await PubSub(name: "p", api: transport).publish(
                "a/b",
                bulk: [
                    BulkPublishEntry([0, 255] as [UInt8], id: "x", metadata: ["k": "v"]),
                    BulkPublishEntry("say \"hi\""), BulkPublishEntry([1, 2]),
                    BulkPublishEntry("{bad", contentType: "application/json; charset=utf-8"),
                    BulkPublishEntry("<a/>", contentType: "application/xml", ttl: .seconds(5)),
                ], isRaw: true)
            #expect(result.isComplete)
            #expect(result.error == nil)
            #expect(result.entries.map(\.id) == ["x", "2", "3", "4", "5"])
            let request = try #require(await peer.requests.first)
            #expect(
                request.fields[":path"] == "/v1.0/publish/bulk/p/a%2Fb?metadata.rawPayload=true")
            #expect(
                request.text == #"""
                    [{"entryId":"x","event":"AP8=","contentType":"application/octet-stream",\#
                    "metadata":{"k":"v"}},\#
                    {"entryId":"2","event":"say \"hi\"","contentType":"text/plain"},\#
                    {"entryId":"3","event":[1,2],"contentType":"application/json"},\#
                    {"entryId":"4","event":"{bad","contentType":"application/json; charset=utf-8"},\#
                    {"entryId":"5","event":"<a/>","contentType":"application/xml",\#
                    "metadata":{"ttlInSeconds":"5"}}]
                    """#)
        }
    }

    @Test("bytes of another type cannot stand in JSON, which is said before anything is sent")
    func bytesOverHTTP() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            let error = await #expect(throws: DaprError.self) {
                try await PubSub(name: "p", api: transport).publish(
                    "t", bulk: [BulkPublishEntry(data: [0xff], contentType: "image/png")])
            }
            #expect(error?.kind == .notSupported)
            #expect(error?.message.contains("gRPC") == true)
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("what the broker refused is listed over HTTP, and the rest was published")
    func failuresOverHTTP() async throws {
        let answer = brokerError
        try await withHTTPPeer { _ in
            .http(500, answer)
        } body: { _, transport in
            let result = try await PubSub(name: "p", api: transport).publish(
                "t",
                bulk: [
                    BulkPublishEntry("a"), BulkPublishEntry("b", id: "x"), BulkPublishEntry("c"),
                ])
            #expect(
                result.entries == [
                    Entry(id: "1", outcome: .published), Entry(id: "x", outcome: .failed("full")),
                    Entry(id: "3", outcome: .published),
                ])
            #expect(!result.isComplete)
            #expect(result.error?.kind == .componentFailed)
        }
    }

    @Test(
        "an empty list says nothing about any event; no list, or a foreign id, is an error",
        arguments: [
            (#"{"failedEntries":[],"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}"#, nil),
            (#"{"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}"#, DaprError.Kind.componentFailed),
            (
                #"{"failedEntries":[{"entryId":"9"}],"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}"#,
                .malformedResponse
            ),
            (#"{"failedEntries":[],"errorCode":"ERR_PUBSUB_EVENTS_SER"}"#, .invalidArgument),
        ] as [(String, DaprError.Kind?)])
    func listsOverHTTP(body: String, kind: DaprError.Kind?) async throws {
        try await withHTTPPeer { _ in
            .http(500, body)
        } body: { _, transport in
            let pubsub = PubSub(name: "p", api: transport)
            if let kind {
                let error = await #expect(throws: DaprError.self) {
                    try await pubsub.publish("t", bulk: ["a"])
                }
                #expect(error?.kind == kind)
            } else {
                let result = try await pubsub.publish("t", bulk: ["a"])
                #expect(result.entries == [Entry(id: "1", outcome: .unknown)])
                #expect(result.error?.kind == .componentFailed)
            }
        }
    }

    @Test("over gRPC events are bytes, with type and metadata of each")
    func overGRPC() async throws {
        var failed = Dapr_Proto_Runtime_V1_BulkPublishResponse()
        failed.failedEntries = [.init()]
        failed.failedEntries[0].entryID = "x"
        failed.failedEntries[0].error = "full"
        let bytes: [UInt8] = try failed.serializedBytes()
        try await withPeer { request in
            request.number == 1 ? .message([]) : .message(bytes)
        } body: { peer, transport, _ in
            let pubsub = PubSub(name: "p", api: transport)
            let entries = [
                try BulkPublishEntry([255] as [UInt8], id: "x", metadata: ["k": "v"]),
                try BulkPublishEntry("b"),
            ]
            let all = try await pubsub.publish("t", bulk: entries, metadata: ["m": "n"])
            #expect(all.isComplete)
            let message = try Dapr_Proto_Runtime_V1_BulkPublishRequest(
                serializedBytes: try #require(await peer.requests.first).message)
            #expect(message.pubsubName == "p")
            #expect(message.topic == "t")
            #expect(message.metadata == ["m": "n"])
            #expect(message.entries.map(\.entryID) == ["x", "2"])
            #expect(message.entries.map(\.event.array) == [[255], Array("b".utf8)])
            #expect(
                message.entries.map(\.contentType) == ["application/octet-stream", "text/plain"])
            #expect(message.entries.map(\.metadata) == [["k": "v"], [:]])
            let some = try await pubsub.publish("t", bulk: entries)
            #expect(
                some.entries == [
                    Entry(id: "x", outcome: .failed("full")), Entry(id: "2", outcome: .published),
                ])
            #expect(some.error == nil)
        }
    }

    @Test("a broker's failure over gRPC leaves every event unknown, other failures are thrown")
    func failuresOverGRPC() async throws {
        // google.rpc.Status with ErrorInfo, as daprd sends it.
        var info = Google_Rpc_ErrorInfo()
        info.reason = "DAPR_PUBSUB_PUBLISH_MESSAGE"
        var status = Google_Rpc_Status()
        status.details = [try Google_Protobuf_Any(message: info)]
        let details = Base64.encode(try status.serializedBytes() as [UInt8])
        try await withPeer { request in
            request.number == 1
                ? .status(13, [("grpc-message", "down"), ("grpc-status-details-bin", details)])
                : .status(3, [("grpc-message", "pubsub p is not found")])
        } body: { _, transport, _ in
            let pubsub = PubSub(name: "p", api: transport)
            let result = try await pubsub.publish("t", bulk: ["a", "b"])
            #expect(result.entries.map(\.outcome) == [.unknown, .unknown])
            #expect(result.error?.kind == .componentFailed)
            let error = await #expect(throws: DaprError.self) {
                try await pubsub.publish("t", bulk: ["a"])
            }
            #expect(error?.kind == .invalidArgument)
        }
    }
}
