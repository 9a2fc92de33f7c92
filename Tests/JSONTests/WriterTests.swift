import JSON
import Testing

@Suite struct WriterTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("pieces are joined by commas and colons where they belong")
    func streaming() throws {
        var writer = JSONWriter(appendingTo: Array("data: ".utf8))
        writer.beginObject()
        writer.key("empty")
        writer.beginArray()
        writer.endArray()
        writer.key("list")
        writer.beginArray()
        writer.int(1)
        writer.beginObject()
        writer.endObject()
        writer.null()
        writer.bool(true)
        writer.bool(false)
        writer.endArray()
        writer.key("raw")
        writer.raw(Array("{ \"x\" : 1.0 }".utf8))
        writer.key("n")
        writer.number(try #require(JSONNumber(text: "1.50")))
        writer.key("s")
        writer.string("a\"b")
        writer.key("v")
        writer.value(["k": [nil]])
        writer.endObject()
        #expect(
            text(writer.bytes)
                == #"data: {"empty":[],"list":[1,{},null,true,false],"raw":{ "x" : 1.0 },"n":1.50,"#
                + #""s":"a\"b","v":{"k":[null]}}"#)
    }

    @Test("control characters are escaped as Go does")
    func controlCharacters() {
        let all = String(String.UnicodeScalarView((0..<0x20).map { Unicode.Scalar(UInt8($0)) }))
        #expect(
            text(JSONValue.string(all + "\"\\/\u{7F}é").serialized())
                == #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
                + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c"#
                + #"\u001d\u001e\u001f\"\\/"# + "\u{7F}é\"")
    }

    @Test("HTML characters are escaped on request, in keys too")
    func html() {
        let value: JSONValue = ["<&>": "\u{2027}\u{2028}\u{2029}\u{202A}"]
        #expect(text(value.serialized()) == "{\"<&>\":\"\u{2027}\u{2028}\u{2029}\u{202A}\"}")
        #expect(
            text(value.serialized(options: JSONWriter.Options(escapeHTML: true)))
                == "{\"\\u003c\\u0026\\u003e\":\"\u{2027}\\u2028\\u2029\u{202A}\"}")
    }

    @Test("keys are sorted by their bytes on request, at every level")
    func sorting() {
        let value: JSONValue = ["b": ["z": 1, "": 2], "é": 3, "e\u{301}": 4, "B": 5, "b\u{0}": 6]
        #expect(
            text(value.serialized(options: JSONWriter.Options(sortedKeys: true)))
                == "{\"B\":5,\"b\":{\"\":2,\"z\":1},\"b\\u0000\":6,\"e\u{301}\":4,\"é\":3}")
    }

    @Test(
        "compacting removes the white space between tokens and nothing else",
        arguments: [
            (" [ 1.0 ,\t2 ] \n", "[1.0,2]", "[1.0,2]"),
            (
                #"{ "a b" : " \" \\ " , "a b":"\/\u003C" }"#,
                #"{"a b":" \" \\ ","a b":"\/\u003C"}"#, nil
            ),
            (
                "[\"<\", \"&\u{2028}\", \"\\\\\"]", "[\"<\",\"&\u{2028}\",\"\\\\\"]",
                #"["\u003c","\u0026\u2028","\\"]"#
            ),
        ] as [(String, String, String?)])
    func compacting(source: String, plain: String, html: String?) throws {
        #expect(text(try compactJSON(Array(source.utf8), escapeHTML: false)) == plain)
        #expect(text(try compactJSON(Array(source.utf8), escapeHTML: true)) == html ?? plain)
    }
}
