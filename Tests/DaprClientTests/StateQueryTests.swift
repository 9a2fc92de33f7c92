import DaprProtos
import HTTP2
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("Queries of a state store")
struct StateQueryTests {
    private let state = StateField("state")
    private let id = StateField("person.id")

    private func json(_ query: StateQuery) throws(DaprError) -> String {
        String(decoding: try query.json(), as: UTF8.self)
    }

    @Test("each comparison is written as Dapr names it")
    func comparisons() throws {
        let filters: [(StateFilter, String)] = [
            (state == "WA", #"{"EQ":{"state":"WA"}}"#),
            (id != 1036, #"{"NEQ":{"person.id":1036}}"#),
            (id > 1, #"{"GT":{"person.id":1}}"#), (id >= 1.5, #"{"GTE":{"person.id":1.5}}"#),
            (id < -1, #"{"LT":{"person.id":-1}}"#), (id <= 0, #"{"LTE":{"person.id":0}}"#),
            (state == nil, #"{"EQ":{"state":null}}"#), (state == true, #"{"EQ":{"state":true}}"#),
            (state == .string("a\"b'"), #"{"EQ":{"state":"a\"b'"}}"#),
            (state.isOne(of: ["CA", 7]), #"{"IN":{"state":["CA",7]}}"#),
        ]
        for (filter, expected) in filters {
            #expect(try json(StateQuery(filter)) == "{\"filter\":\(expected)}")
        }
    }

    @Test("and, or: chains become one list, and one filter needs none")
    func combinations() throws {
        let (a, b, c) = (state == "A", state == "B", state == "C")
        #expect(
            try json(StateQuery(a && b && c)) == """
                {"filter":{"AND":[{"EQ":{"state":"A"}},{"EQ":{"state":"B"}},{"EQ":{"state":"C"}}]}}
                """)
        #expect(
            try json(StateQuery((a || b) && .any([c]))) == """
                {"filter":{"AND":[{"OR":[{"EQ":{"state":"A"}},{"EQ":{"state":"B"}}]},\
                {"EQ":{"state":"C"}}]}}
                """)
    }

    @Test("order, limit and token")
    func page() throws {
        #expect(try json(StateQuery()) == "{}")
        let query = StateQuery(
            order: [.ascending("a"), .descending("b.c")], limit: 2, token: "4")
        #expect(
            try json(query) == """
                {"sort":[{"key":"a"},{"key":"b.c","order":"DESC"}],"page":{"limit":2,"token":"4"}}
                """)
    }

    @Test(
        "what no store takes is never sent: quotes in names, empty lists, numbers beyond JSON",
        arguments: [
            StateQuery(StateField("a'b") == 1), StateQuery(StateField("") == 1),
            StateQuery(StateField("a\"") == 1), StateQuery(StateField("a\n") == 1),
            StateQuery(StateField("a").isOne(of: [])), StateQuery(.all([])), StateQuery(.any([])),
            StateQuery(StateField("a") > .double(.nan)), StateQuery(limit: 0),
            StateQuery(order: [.ascending("a;b")]),
        ])
    func refused(query: StateQuery) {
        let error = #expect(throws: DaprError.self) { try query.json() }
        #expect(error?.kind == .invalidArgument)
        #expect(error?.isUnprocessed == true)
    }

    @Test("over HTTP the values stand verbatim in the answer, and 204 is an empty page")
    func overHTTP() async throws {
        try await withHTTPPeer { request in
            request.number == 1
                ? .http(
                    200,
                    """
                    {"results":[{"key":"a","data":{"x": 1.0},"etag":"7"},{"key":"b","error":"no"},\
                    {"key":"c","data":null}],"token":"3","metadata":{"m":"n"}}
                    """) : .http(204)
        } body: { peer, transport in
            let store = StateStore(name: "s/1", api: transport)
            let page = try await store.query(StateQuery(state == "WA"), metadata: ["i": "x"])
            #expect(
                page
                    == StateQueryResult(
                        items: [
                            BulkStateItem(
                                key: "a",
                                value: StateValue(
                                    data: Array(#"{"x": 1.0}"#.utf8), etag: ETag(rawValue: "7"))),
                            BulkStateItem(key: "b", error: "no"),
                            BulkStateItem(key: "c", value: StateValue(data: Array("null".utf8))),
                        ], token: "3", metadata: ["m": "n"]))
            let request = try #require(await peer.requests.first)
            #expect(request.fields[":path"] == "/v1.0-alpha1/state/s%2F1/query?metadata.i=x")
            #expect(request.text == #"{"filter":{"EQ":{"state":"WA"}}}"#)
            #expect(try await store.query(json: Array("{}".utf8)) == StateQueryResult())
        }
    }

    @Test(
        "an answer that is no page is malformed",
        arguments: ["", "[]", "{}", #"{"results":{}}"#, "no"])
    func malformed(body: String) async throws {
        try await withHTTPPeer { _ in
            .http(200, body)
        } body: { _, transport in
            let error = await #expect(throws: DaprError.self) {
                try await StateStore(name: "s", api: transport).query(StateQuery())
            }
            #expect(error?.kind == .malformedResponse)
        }
    }

    @Test("over gRPC the query is a text of JSON, and values are bytes")
    func overGRPC() async throws {
        var item = Dapr_Proto_Runtime_V1_QueryStateItem()
        item.key = "a"
        item.data = [0, 255].data
        item.etag = "7"
        var broken = Dapr_Proto_Runtime_V1_QueryStateItem()
        broken.key = "b"
        broken.error = "no"
        var answer = Dapr_Proto_Runtime_V1_QueryStateResponse()
        answer.results = [item, broken]
        answer.token = "3"
        let bytes: [UInt8] = try answer.serializedBytes()
        try await withPeer { request in
            request.number == 1 ? .message(bytes) : .message([])
        } body: { peer, transport, _ in
            let store = StateStore(name: "s", api: transport)
            let page = try await store.query(StateQuery(state == "WA", limit: 3))
            #expect(
                page
                    == StateQueryResult(
                        items: [
                            BulkStateItem(
                                key: "a",
                                value: StateValue(data: [0, 255], etag: ETag(rawValue: "7"))),
                            BulkStateItem(key: "b", error: "no"),
                        ], token: "3"))
            let message = try Dapr_Proto_Runtime_V1_QueryStateRequest(
                serializedBytes: try #require(await peer.requests.first).message)
            #expect(message.query == #"{"filter":{"EQ":{"state":"WA"}},"page":{"limit":3}}"#)
            #expect(try await store.query(StateQuery()) == StateQueryResult())
            let text = await #expect(throws: DaprError.self) {
                try await store.query(json: [0xff])
            }
            #expect(text?.kind == .invalidArgument)
        }
    }

    @Test("several values are deleted in one call over gRPC; HTTP says who can")
    func bulkDelete() async throws {
        let items = [
            StateDeletion("a", etag: ETag(rawValue: "1")),
            StateDeletion(
                "b", options: StateOptions(concurrency: .firstWrite), metadata: ["m": "n"]),
        ]
        try await withPeer { _ in
            .message([])
        } body: { peer, transport, _ in
            let store = StateStore(name: "s", api: transport)
            try await store.delete(items)
            let request = try #require(await peer.requests.first)
            #expect(request.fields[":path"] == "/dapr.proto.runtime.v1.Dapr/DeleteBulkState")
            let message = try Dapr_Proto_Runtime_V1_DeleteBulkStateRequest(
                serializedBytes: request.message)
            #expect(message.states.map(\.key) == ["a", "b"])
            #expect(message.states.map(\.hasEtag) == [true, false])
            #expect(message.states[0].etag.value == "1")
            #expect(message.states[1].options.concurrency == .concurrencyFirstWrite)
            #expect(message.states[1].metadata == ["m": "n"])
            let bad = await #expect(throws: DaprError.self) {
                try await store.delete([StateDeletion("a||b")])
            }
            #expect(bad?.kind == .invalidArgument)
        }
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            let error = await #expect(throws: DaprError.self) {
                try await StateStore(name: "s", api: transport).delete(items)
            }
            #expect(error?.kind == .notSupported)
            #expect(error?.message.contains("gRPC") == true)
            #expect(await peer.requests.isEmpty)
        }
    }
}
