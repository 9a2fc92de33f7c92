import HTTPMessage
import JSON
import Testing

@testable import DevSidecar

private func request(_ body: String, error: String? = nil) -> SidecarRequest {
    var request = SidecarRequest(
        method: "POST", path: [], rawQuery: nil, fields: FieldBlock(), trace: .none,
        clientAddress: "")
    request.body = Array(body.utf8)
    request.bodyError = error
    return request
}

private func fault(_ work: () throws(GoJSONFault) -> Void) -> String? {
    do throws(GoJSONFault) {
        try work()
        return nil
    } catch {
        return error.text
    }
}

@Suite("Bodies as Go's encoding/json reads and writes them")
struct GoJSONBodyTests {
    @Test(
        "what is no JSON is refused in Go's words",
        arguments: [
            ("", "EOF"), (" \n", "EOF"), ("{", "unexpected EOF"), ("[1", "unexpected EOF"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("not json", "invalid character 'o' in literal null (expecting 'u')"),
        ])
    func syntax(body: String, text: String) {
        #expect(fault { () throws(GoJSONFault) in _ = try GoJSONBody(request(body)) } == text)
    }

    @Test("a body that was cut off says why")
    func cutOff() {
        let request = request("[{\"key\":\"a", error: "stream too large")
        #expect(
            fault { () throws(GoJSONFault) in _ = try GoJSONBody(request) } == "stream too large")
    }

    @Test("what follows the first value is not looked at, but counted")
    func trailing() throws {
        let body = try GoJSONBody(request("[] trailing", error: "stream too large"))
        #expect(body.value == [])
        #expect(body.unreadCount == 9)
    }

    @Test(
        "a stored value is what Go makes of it",
        arguments: [
            ("9007199254740993", "9007199254740992"), ("1e21", "1e+21"), ("1.0", "1"),
            ("-0.0", "-0"), ("1e-7", "1e-7"),
            ("\"<a>&\\u2028\"", "\"\\u003ca\\u003e\\u0026\\u2028\""),
            ("{\"b\":1,\"a\":[true,null]}", "{\"a\":[true,null],\"b\":1}"),
            ("{\"a\":1,\"a\":2}", "{\"a\":2}"), ("null", "null"), ("\"\"", "\"\""),
        ])
    func values(sent: String, stored: String) throws {
        let body = try GoJSONBody(request("[{\"key\":\"k\",\"value\":\(sent)}]"))
        let items = try StateItem.list(body.value)
        #expect(items.map { String(decoding: $0.data, as: UTF8.self) } == [stored])
    }

    @Test("names are found in any case, and an item without a value stores null")
    func names() throws {
        let items = try StateItem.list(
            try GoJSONBody(request("[{\"KEY\":\"k\",\"ETag\":\"e\"}]")).value)
        #expect(items.map(\.key) == ["k"])
        #expect(items.map(\.etag) == ["e"])
        #expect(items.map(\.data) == [Array("null".utf8)])
    }

    @Test(
        "values of another type are refused in Go's words",
        arguments: [
            ("[{\"key\":5}]", "number into Go struct field SetRequest.key of type string"),
            (
                "[{\"key\":\"m\",\"etag\":{}}]",
                "object into Go struct field SetRequest.etag of type string"
            ),
            (
                "[{\"key\":\"m\",\"metadata\":{\"ttlInSeconds\":5}}]",
                "number into Go struct field SetRequest.metadata of type string"
            ),
            ("{\"key\":1}", "object into Go value of type []state.SetRequest"),
            ("[true]", "bool into Go value of type state.SetRequest"),
        ])
    func types(body: String, text: String) {
        let found = fault { () throws(GoJSONFault) in
            _ = try StateItem.list(try GoJSONBody(request(body)).value)
        }
        #expect(found == "json: cannot unmarshal " + text)
    }

    @Test("the request of an operation is decoded by mapstructure, and refused in its words")
    func operations() throws {
        let body =
            #"{"operations":[{"operation":"upsert","request":{"key":"k","etag":{"value":"1"}}}]}"#
        let operation = try #require(
            try StateOperation.list(try GoJSONBody(request(body)).value).first)
        #expect(
            fault { () throws(GoJSONFault) in _ = try operation.item() }
                == "1 error(s) decoding:\n\n* 'ETag' expected type 'string', got unconvertible type"
                + " 'map[string]interface {}', value: 'map[value:1]'")
    }

    @Test("bytes that are no UTF-8 become escapes of U+FFFD")
    func invalidUTF8() {
        let text = GoJSONText.string([0x61, 0xFF, 0xFE, 0x62, 0x3C])
        #expect(String(decoding: text, as: UTF8.self) == #""a\ufffd\ufffdb\u003c""#)
    }

    @Test(
        "protobuf's JSON parser shows the word that it stumbled over",
        arguments: [("junk", "junk"), ("not json", "not"), ("?x", "?")])
    func protoJSON(body: String, word: String) throws {
        let fault = try #require(ProtoJSON.fault(request(body)))
        #expect(
            fault.message == "failed deserializing HTTP body: proto: syntax error (line 1:1):"
                + " invalid value \(word)")
        #expect(ProtoJSON.fault(request("")) == nil)
        #expect(ProtoJSON.fault(request("{\"a\":1}")) == nil)
    }
}
