import JSON
import Testing

/// Where values stand in the source.
@Suite struct DocumentTests {
    private func text(_ node: JSONNode?) -> String? {
        node.map { String(decoding: $0.text, as: UTF8.self) }
    }

    @Test("the text of each part is verbatim")
    func verbatim() throws {
        let source = " { \"a\" : [ 1.0 , {\"x\":\"\\u0041\"} , [] ] , \"b\":\"é\" ,\"c\":null} "
        let document = try JSONDocument(parsing: Array(source.utf8))
        let root = document.root
        #expect(root.range == 1..<(source.utf8.count - 1))
        #expect(root.kind == .object)
        #expect(root.members.map(\.key) == ["a", "b", "c"])
        #expect(text(root["a"]) == "[ 1.0 , {\"x\":\"\\u0041\"} , [] ]")
        #expect(root["a"]?.elements.map { text($0) } == ["1.0", "{\"x\":\"\\u0041\"}", "[]"])
        #expect(root["a"]?.elements.map(\.kind) == [.number, .object, .array])
        #expect(text(root["b"]) == "\"é\"")
        #expect(text(root["c"]) == "null")
        #expect(root["d"] == nil)
    }

    @Test("nodes give the same values as a plain parse")
    func values() throws {
        let bytes = Array(#"{"n":17,"s":"a\nb","t":true,"f":false,"z":null,"e":[[],{},[0]]}"#.utf8)
        let root = try JSONDocument(parsing: bytes).root
        #expect(root["n"]?.intValue == 17)
        #expect(root["n"]?.numberValue?.text == "17")
        #expect(root["s"]?.stringValue == "a\nb")
        #expect(root["t"]?.boolValue == true)
        #expect(root["f"]?.boolValue == false)
        #expect(root["z"]?.kind == .null)
        #expect(root["e"]?.value == [[], [:], [0]])
        #expect(root.value == (try JSONValue.parse(bytes)))
    }

    @Test("asking a node for another kind gives nothing")
    func otherKinds() throws {
        let root = try JSONDocument(parsing: Array(#"{"a":[1]}"#.utf8)).root
        #expect(root.stringValue == nil)
        #expect(root.intValue == nil)
        #expect(root.boolValue == nil)
        #expect(Array(root.elements).isEmpty)
        let array = try #require(root["a"])
        #expect(Array(array.members).isEmpty)
        #expect(array["a"] == nil)
    }

    @Test("of duplicate names the last counts, and all are listed")
    func duplicates() throws {
        let root = try JSONDocument(parsing: Array(#"{"a":1,"\u0061":2,"b":3}"#.utf8)).root
        #expect(root["a"]?.intValue == 2)
        #expect(root.members.map(\.key) == ["a", "a", "b"])
        #expect(root.members.map(\.value.intValue) == [1, 2, 3])
    }
}
