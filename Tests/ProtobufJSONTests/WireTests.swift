import Testing

@testable import ProtobufJSON

@Suite("Messages and their bytes")
struct WireTests {
    @Test(
        "JSON becomes these bytes, and they become the JSON again",
        arguments: [
            ("{}", ""),
            (#"{"aDouble":1.5}"#, "09 000000000000f83f"),
            (#"{"aFloat":0.1}"#, "15 cdcccc3d"),
            (#"{"anInt32":-1}"#, "18 ffffffffffffffffff01"),
            (#"{"anInt64":"-9223372036854775808"}"#, "20 80808080808080808001"),
            (#"{"aUint32":4294967295}"#, "28 ffffffff0f"),
            (#"{"aUint64":"18446744073709551615"}"#, "30 ffffffffffffffffff01"),
            (#"{"aSint32":-2}"#, "38 03"),
            (#"{"aSint64":"-9223372036854775808"}"#, "40 ffffffffffffffffff01"),
            (#"{"aFixed32":1}"#, "4d 01000000"), (#"{"aFixed64":"1"}"#, "51 0100000000000000"),
            (#"{"aSfixed32":-1}"#, "5d ffffffff"), (#"{"aSfixed64":"-1"}"#, "61 ffffffffffffffff"),
            (#"{"aBool":true}"#, "68 01"), (#"{"aString":"é"}"#, "72 02 c3a9"),
            (#"{"someBytes":"AP8="}"#, "7a 02 00ff"), (#"{"aColour":"GREEN"}"#, "8001 01"),
            (#"{"aColour":"BELOW"}"#, "8001 ffffffffffffffffff01"),
            (#"{"aColour":17}"#, "8001 11"), (#"{"otherName":"x"}"#, "9201 01 78"),
            (#"{"child":{}}"#, "8a01 00"), (#"{"child":{"aBool":true}}"#, "8a01 02 6801"),
            // Presence: a default value that was set is kept.
            (#"{"maybeInt32":0}"#, "a001 00"), (#"{"maybeString":""}"#, "aa01 00"),
            (#"{"maybeColour":"RED"}"#, "b001 00"),
            (
                #"{"doubles":[0,"NaN","-Infinity"]}"#,
                "f201 18 0000000000000000 000000000000f87f 000000000000f0ff"
            ),
            (#"{"int32s":[1,-1]}"#, "8202 0b 01 ffffffffffffffffff01"),
            (#"{"strings":["","a"]}"#, "aa02 00 aa02 01 61"),
            (#"{"unpacked":[1,2]}"#, "c802 01 c802 02"),
            (#"{"children":[{},{"aBool":true}]}"#, "c202 00 c202 02 6801"),
            (#"{"texts":{"a":"","":"b"}}"#, "9203 05 0a0161 1200 9203 05 0a00 120162"),
            (#"{"byBool":{"true":"RED"}}"#, "aa03 04 0801 1000"),
            (#"{"byInt32":{"-1":{}}}"#, "9a03 0d 08ffffffffffffffffff01 1200"),
            (#"{"choiceNumber":"0"}"#, "e803 00"), (#"{"choiceNull":null}"#, "f803 00"),
        ])
    func both(json: String, hex: String) throws {
        let kinds = try Kinds()
        #expect(try kinds.bytes(json) == bytes(hex: hex))
        #expect(try kinds.json(bytes(hex: hex)) == json)
    }

    @Test(
        "what comes in several pieces is put together",
        arguments: [
            // The last value, the merged message, packed and not, the last choice, the last entry.
            ("1801 1802", #"{"anInt32":2}"#),
            ("8a01026801 8a01021801", #"{"child":{"anInt32":1,"aBool":true}}"#),
            ("8002 01 8202 02 0203", #"{"int32s":[1,2,3]}"#),
            ("ca02 02 0102 c802 03", #"{"unpacked":[1,2,3]}"#),
            ("e203 01 61 e803 05", #"{"choiceNumber":"5"}"#),
            ("e803 05 e203 01 61", #"{"choiceText":"a"}"#),
            ("f203 02 6801 f203 02 1801", #"{"choiceMessage":{"anInt32":1,"aBool":true}}"#),
            ("9203 06 0a0161 120162 9203 06 0a0161 120163", #"{"texts":{"a":"c"}}"#),
            // An entry without key or value has their defaults.
            ("9203 00", #"{"texts":{"":""}}"#), ("9a03 00", #"{"byInt32":{"0":{}}}"#),
            // Unknown fields of every type, and a known number of another type.
            (
                "c03e 01 c13e 0000000000000000 c23e 01 00 c33e 0801 c43e c53e 00000000 6801",
                #"{"aBool":true}"#
            ),
            ("6a 01 00 6801", #"{"aBool":true}"#),
            // Default values that are written say nothing.
            ("1800 6800 7200", "{}"), ("09 0000000000000080", #"{"aDouble":-0.0}"#),
            // More bits than the field has.
            ("18 ffffffff1f", #"{"anInt32":-1}"#),
            ("28 ffffffffffffffffff01", #"{"aUint32":4294967295}"#),
        ])
    func pieces(hex: String, json: String) throws {
        #expect(try Kinds().json(bytes(hex: hex)) == json)
    }

    @Test(
        "bytes that are no such message are refused, with their place",
        arguments: [
            ("18", "", "ends too early"),
            ("1880808080808080808080808001", "an_int32", "more than ten"),
            ("0a", "", ""), ("720561", "a_string", "ends too early"),
            ("7201ff", "a_string", "not UTF-8"),
            ("8a01 03 7201ff", "child.a_string", "not UTF-8"),
            ("00 01", "", "impossible"), ("07", "", "impossible"), ("0c", "", "group"),
            ("0b 6801", "", "ends too early"),
            ("c33e cc3e", "", "group"), ("09 00", "a_double", "ends too early"),
        ])
    func malformed(hex: String, path: String, text: String) throws {
        let error = try #require(try Kinds().fault(of: bytes(hex: hex)))
        #expect(error.kind == .malformedMessage)
        #expect(error.text.contains(text), "\(error)")
        if path.contains("_") || path.contains(".") { #expect(error.path == path) }
    }

    @Test("proto2: groups, closed enumerations, defaults that were set, and no packing")
    func old() throws {
        let kinds = try Kinds()
        let json =
            #"{"name":"","count":7,"closed":"TWO","several":["ONE","TWO"],"numbers":[-1],"#
            + #""inner":{"text":"x","deep":[{"yes":false}]},"byName":{"a":1}}"#
        let hex =
            "0a00 1007 1802 2001 2002 2801 33 0a0178 13 0800 14 34 3a05 0a0161 1001"
        #expect(try kinds.bytes(json, as: "kinds.Old") == bytes(hex: hex))
        #expect(try kinds.json(bytes(hex: hex), as: "kinds.Old") == json)
        // A number that a closed enumeration lacks is an unknown field; extensions are, too.
        let unknown = bytes(hex: "0a00 1809 2001 2009 2202 0209 a206 0178")
        #expect(
            try kinds.json(unknown, as: "kinds.Old") == #"{"name":"","several":["ONE","TWO"]}"#)
        #expect(try kinds.fault(#"{"closed":9}"#, as: "kinds.Old")?.path == "closed")
    }

    @Test("messages are nested no deeper than 100, in either direction")
    func depth() throws {
        let kinds = try Kinds()
        func nested(_ count: Int) -> String {
            String(repeating: #"{"child":"#, count: count) + "{}"
                + String(repeating: "}", count: count)
        }
        let deepest = try kinds.bytes(nested(99))
        #expect(try kinds.json(deepest) == nested(99))
        #expect(try kinds.fault(nested(100))?.kind == .tooDeep)
        var writer = WireWriter()
        writer.message(17, deepest)
        #expect(try kinds.fault(of: writer.bytes)?.kind == .tooDeep)
        let groups = [UInt8](repeating: 0x0B, count: 200_000)
        #expect(try kinds.fault(of: groups)?.kind == .tooDeep)
        let lists = String(repeating: "[", count: 90) + String(repeating: "]", count: 90)
        #expect(try kinds.fault(#"{"value":\#(lists)}"#)?.kind == .tooDeep)
    }
}
