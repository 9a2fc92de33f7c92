import EventLoop
import JSON
import TestSupport
import Testing

@testable import DevSidecar

@Suite("Queries of the store that answers as PostgreSQL does")
struct StateQueryTests {
    private func store(_ documents: [String]) throws -> InMemoryStateStore {
        let store = InMemoryStateStore(
            clock: WallClock(loop: try EventLoop()), dialect: .postgreSQL)
        for (number, text) in documents.enumerated() {
            try store.perform(
                StateWrite(key: "k\(number)", kind: .set(Array(text.utf8)), isDocument: true))
        }
        return store
    }

    private func find(_ query: String, in documents: [String]) throws -> [String] {
        let query = try StateQuery(Array(query.utf8))
        return try query.result(among: try store(documents).inOrder).items.map(\.key)
    }

    @Test("numbers are written without exponents, keys by length, blanks after commas and colons")
    func normalForm() throws {
        let value = try JSONValue.parse(
            Array(#"{"bb":1e21,"a":[1,-2.5e-3],"c":{"x":null,"x":true},"d":1e0}"#.utf8))
        #expect(
            String(decoding: SQLDocument.text(value), as: UTF8.self)
                == #"{"a": [1, -0.0025], "c": {"x": true}, "d": 1, "bb": 1000000000000000000000}"#)
    }

    @Test("bytes are kept as they came, and are not found")
    func bytes() throws {
        let store = try store([])
        try store.perform(StateWrite(key: "b", kind: .set(Array("{ }".utf8))))
        #expect(store.entry("b")?.data == Array("{ }".utf8))
        #expect(try StateQuery(Array("{}".utf8)).result(among: store.inOrder).items.isEmpty)
    }

    @Test("a missing field compares with nothing, and sorts as the greatest")
    func missing() throws {
        let documents = [#"{"a":"2"}"#, #"{"b":1}"#, #"{"a":"1"}"#, #"{"a":null}"#]
        #expect(try find(#"{"filter":{"NEQ":{"a":"2"}}}"#, in: documents) == ["k2"])
        #expect(try find(#"{"sort":[{"key":"a"}]}"#, in: documents) == ["k2", "k0", "k1", "k3"])
        #expect(
            try find(#"{"sort":[{"key":"a","order":"desc"}]}"#, in: documents)
                == ["k1", "k3", "k0", "k2"])
    }

    @Test("values are compared as texts: 9 is greater than 10")
    func texts() throws {
        let documents = [#"{"n":9}"#, #"{"n":10}"#, #"{"n":true}"#, #"{"n":{"m":1.5}}"#]
        #expect(try find(#"{"filter":{"GT":{"n":10}}}"#, in: documents) == ["k0", "k2", "k3"])
        #expect(try find(#"{"filter":{"EQ":{"n":true}}}"#, in: documents) == ["k2"])
        #expect(try find(#"{"filter":{"IN":{"n.m":[1.5]}}}"#, in: documents) == ["k3"])
    }

    @Test("an offset beyond the end finds nothing, a negative one is an error of the database")
    func offsets() throws {
        #expect(try find(#"{"page":{"token":"9"}}"#, in: ["{}"]) == [])
        #expect(throws: StateFault.self) { try find(#"{"page":{"token":"-1"}}"#, in: ["{}"]) }
    }

    @Test(
        "what cannot be read is told in daprd's words",
        arguments: [
            (#"{"filter":{"EQ":1}}"#, "EQ filter must be a map"),
            (#"{"filter":{"EQ":{},"IN":{}}}"#, "filter unit must have a single element"),
            (#"{"filter":{"AND":[1,2]}}"#, "filter unit must be a map"),
            (
                #"{"page":{"limit":"2"}}"#,
                "json: cannot unmarshal string into Go struct field QueryFields.page.limit of type"
                    + " int"
            ),
            ("[", "unexpected end of JSON input"),
        ])
    func faults(query: String, text: String) throws {
        let fault = try #require(
            #expect(throws: GoJSONFault.self) { try StateQuery(Array(query.utf8)) })
        #expect(fault.text == text)
    }

    @Test("etags are numbers that grow; another one is a conflict, a text is no etag")
    func etags() throws {
        let store = try store(["1"])
        let etag = try #require(store.entry("k0")?.etag)
        #expect(UInt64(etag) != nil)
        for (bad, isMismatch) in [("1", true), ("abc", false)] {
            let fault = #expect(throws: StateFault.self) {
                try store.perform(StateWrite(key: "k0", kind: .delete, etag: bad))
            }
            #expect(fault?.isMismatch == isMismatch)
        }
        try store.perform(StateWrite(key: "k0", kind: .delete, etag: etag))
        #expect(store.entry("k0") == nil)
    }
}
