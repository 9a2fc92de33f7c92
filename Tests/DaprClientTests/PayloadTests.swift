import FoundationEssentials
import JSON
import Testing

@testable import DaprClient

private struct Order: Codable, Hashable {
    var id: Int
    var path = "a/b"
}

@Suite("Swift values as contents")
struct PayloadTests {
    private func shown<Value: Encodable>(_ value: Value) throws(DaprError) -> [String] {
        let payload = try Payload(value)
        return [payload.contentType, String(decoding: payload.bytes, as: UTF8.self)]
    }

    @Test("the type decides, also in generic code: bytes, text, CloudEvent, JSON")
    func types() throws {
        #expect(try shown([0x68, 0x69] as [UInt8]) == ["application/octet-stream", "hi"])
        #expect(try shown(Data([0x68])) == ["application/octet-stream", "h"])
        #expect(try shown("hi \"you\"") == ["text/plain", "hi \"you\""])
        #expect(try shown(Order(id: 7)) == ["application/json", #"{"id":7,"path":"a/b"}"#])
        #expect(try shown([1, 2]) == ["application/json", "[1,2]"])
        #expect(try shown([Int]()) == ["application/json", "[]"])
        #expect(try shown(["a"]) == ["application/json", "[\"a\"]"])
        #expect(try shown(true) == ["application/json", "true"])
        #expect(try shown(String?.none) == ["application/json", "null"])
        let event = CloudEvent(id: "1", source: "s", type: "t", content: Order(id: 7))
        #expect(try shown(event).first == "application/cloudevents+json")
    }

    @Test("a method takes each of them without doubt, literals included")
    func overloads() async throws {
        let api = RecordingState()
        let store = StateStore(name: "s", api: api)
        try await store.save("bytes", [1, 2] as [UInt8])
        try await store.save("text", "hi")
        try await store.save("order", Order(id: 7))
        try await store.save("numbers", [1, 2, 300])
        try await store.save("number", 1)
        let saved = await api.saved
        #expect(saved["bytes"] == [1, 2])
        #expect(saved["text"] == Array("hi".utf8))
        #expect(try StateValue(data: saved["order"] ?? []).decode(as: Order.self) == Order(id: 7))
        #expect(saved["numbers"] == Array("[1,2,300]".utf8))
        #expect(saved["number"] == Array("1".utf8))
    }

    @Test("what was encoded is decoded again by the same rules")
    func decoding() throws {
        func same<Value: Codable & Equatable>(_ value: Value) throws(DaprError) -> Bool {
            try Payload.decode(Value.self, from: try Payload(value).bytes) == value
        }
        #expect(try same([0, 255] as [UInt8]))
        #expect(try same(Data([0, 255])))
        #expect(try same("\"ü\""))
        #expect(try same(Order(id: -1)))
        #expect(try same([Order]()))
        #expect(try same(Date(timeIntervalSince1970: 1_700_000_000)))
        #expect(
            try Payload.decode(Date.self, from: Array("\"2023-11-14T22:13:20.5Z\"".utf8))
                == Date(timeIntervalSince1970: 1_700_000_000.5))
    }

    @Test("what cannot be decoded is a malformed answer, what cannot be encoded a bad argument")
    func failures() {
        let number = #expect(throws: DaprError.self) {
            try Payload.decode(Order.self, from: Array("17".utf8))
        }
        #expect(number?.kind == .malformedResponse)
        #expect(number?.message.contains("Order") == true)
        let text = #expect(throws: DaprError.self) { try Payload.decode(String.self, from: [0xff]) }
        #expect(text?.kind == .malformedResponse)
        let date = #expect(throws: DaprError.self) {
            try Payload.decode(Date.self, from: Array("\"yesterday\"".utf8))
        }
        #expect(date?.kind == .malformedResponse)
        let infinite = #expect(throws: DaprError.self) { try Payload(Double.infinity) }
        #expect(infinite?.kind == .invalidArgument)
    }

    @Test(
        "JSON goes under a type of JSON only, parameters and suffixes understood",
        arguments: [
            ("application/json", true), ("Application/JSON ; charset=utf-8", true),
            ("application/vnd.orders+json; v=1", true), ("application/cloudevents+json", true),
            ("text/plain", false), ("application/jsonl", false), ("", false),
        ])
    func explicitType(contentType: String, isFit: Bool) throws {
        #expect(ContentType.isJSON(contentType) == isFit)
        if isFit {
            #expect(try Payload(1, contentType: contentType).contentType == contentType)
        } else {
            let error = #expect(throws: DaprError.self) {
                try Payload(1, contentType: contentType)
            }
            #expect(error?.kind == .invalidArgument)
        }
        let text = try Payload("{}", contentType: contentType)
        #expect(text == Payload(bytes: Array("{}".utf8), contentType: contentType))
    }

    @Test("a CloudEvent is written and read in the JSON format")
    func cloudEvent() throws {
        let event = CloudEvent(
            id: "1", source: "/orders", type: "paid", subject: "17", time: "2026-01-01T00:00:00Z",
            contentType: "application/json", schema: "urn:s", extensions: ["tenant": "t"],
            content: Order(id: 7))
        let bytes = try Payload(event).bytes
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {"data":{"id":7,"path":"a/b"},"datacontenttype":"application/json",\
                "dataschema":"urn:s","id":"1","source":"/orders","specversion":"1.0",\
                "subject":"17","tenant":"t","time":"2026-01-01T00:00:00Z","type":"paid"}
                """)
        #expect(try Payload.decode(CloudEvent<Order>.self, from: bytes) == event)
        let binary = CloudEvent(id: "1", source: "s", type: "t", content: [1, 2] as [UInt8])
        let binaryBytes = try Payload(binary).bytes
        #expect(try JSONValue.parse(binaryBytes)["data_base64"] == "AQI=")
        #expect(try Payload.decode(CloudEvent<[UInt8]>.self, from: binaryBytes) == binary)
        let bad = Array(#"{"id":"1","data_base64":"?"}"#.utf8)
        #expect(throws: DaprError.self) {
            try Payload.decode(CloudEvent<[UInt8]>.self, from: bad)
        }
    }

    @Test("a time to live is rounded up to seconds and must be positive")
    func timeToLive() throws {
        #expect(try ["a": "b"].living(nil) == ["a": "b"])
        #expect(try [:].living(.milliseconds(1)) == ["ttlInSeconds": "1"])
        #expect(try [:].living(.seconds(60)) == ["ttlInSeconds": "60"])
        #expect(try ["ttlInSeconds": "1"].living(.milliseconds(60_001)) == ["ttlInSeconds": "61"])
        for bad in [Duration.zero, .seconds(-1)] {
            #expect(throws: DaprError.self) { try [:].living(bad) }
        }
    }
}
