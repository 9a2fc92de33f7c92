import JSON
import Testing

@testable import DevSidecar

@Suite struct CloudEventTests {
    private static let time = "2026-11-23T22:00:00Z"

    private func request(
        _ data: String, _ type: String, metadata: [String: String] = [:],
        trace: TraceContext = .none
    ) -> PublishRequest {
        PublishRequest(
            pubsub: "p", topic: "t", data: Array(data.utf8), contentType: type,
            metadata: metadata, trace: trace)
    }

    private func wrapped(_ request: PublishRequest) throws -> JSONValue {
        try JSONValue.parse(CloudEvent(wrapping: request, source: "app", time: Self.time).bytes)
    }

    @Test("JSON is embedded with its numbers as written and its keys sorted")
    func json() throws {
        let request = request(#"{"n":9007199254740993,"b":1.0,"a":"<"}"#, "application/json")
        let event = CloudEvent(wrapping: request, source: "app", time: Self.time)
        let text = String(decoding: event.bytes, as: UTF8.self)
        #expect(text.contains(#""data":{"a":"\u003c","b":1.0,"n":9007199254740993}"#))
    }

    @Test(
        "what is no JSON, or of another type, is embedded as text",
        arguments: [
            ("{bad", "application/json"), (#"{"a":1}"#, ""), (#"{"a":1}"#, "application/x+json"),
        ])
    func text(data: String, type: String) throws {
        let event = try wrapped(request(data, type))
        #expect(event["data"] == .string(data))
        #expect(event["datacontenttype"]?.stringValue == (type.isEmpty ? "text/plain" : type))
    }

    @Test("binary data is embedded in base 64")
    func binary() throws {
        let event = try wrapped(request("\u{1}", "application/octet-stream"))
        #expect(event["data_base64"] == "AQ==")
        #expect(event["data"] == nil)
    }

    @Test("metadata and the trace become attributes")
    func attributes() throws {
        let trace = TraceContext(
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        let metadata = ["cloudevent.id": "ID", "cloudevent.foo": "F"]
        let event = try wrapped(request("x", "", metadata: metadata, trace: trace))
        #expect(event["id"] == "ID")
        #expect(event["foo"] == nil)
        #expect(event["traceid"] == .string(trace.traceparent))
        #expect(try wrapped(request("x", ""))["traceparent"] == "")
    }

    @Test("a CloudEvent keeps its attributes and gets those that it lacks, but no id")
    func completed() throws {
        let request = request(#"{"type":"mine","x":1}"#, "application/cloudevents+json")
        let event = try JSONValue.parse(CloudEvent(completing: request, time: Self.time).bytes)
        #expect(event["type"] == "mine")
        #expect(event["x"]?.intValue == 1)
        #expect(event["source"] == "Dapr")
        #expect(event["topic"] == "t")
        #expect(event["id"] == nil)
    }

    @Test(
        "what is no JSON object is no CloudEvent",
        arguments: [
            ("nonsense", "invalid character 'o' in literal null (expecting 'u')"),
            ("[1]", "json: cannot unmarshal array into Go value of type map[string]interface {}"),
        ])
    func notAnEvent(data: String, reason: String) {
        let error = #expect(throws: CloudEventError.self) {
            try CloudEvent(completing: request(data, "application/cloudevents+json"), time: "")
        }
        #expect(error?.text == reason)
    }
}
