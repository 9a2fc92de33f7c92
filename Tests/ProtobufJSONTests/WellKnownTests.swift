import Testing

@testable import ProtobufJSON

@Suite("Well-known types")
struct WellKnownTests {
    @Test(
        "their JSON becomes these bytes, and they become the JSON again",
        arguments: [
            (#"{"time":"1970-01-01T00:00:00Z"}"#, "b204 00"),
            (#"{"time":"1970-01-01T00:00:01.500Z"}"#, "b204 08 0801 1080cab5ee01"),
            (
                #"{"time":"1969-12-31T23:59:59.999999999Z"}"#,
                "b204 11 08ffffffffffffffffff01 10ff93ebdc03"
            ),
            (#"{"time":"0001-01-01T00:00:00Z"}"#, "b204 0b 088092b8c398feffffff01"),
            (#"{"time":"9999-12-31T23:59:59Z"}"#, "b204 07 08ff82d1ffaf07"),
            (#"{"duration":"1.000001s"}"#, "ba04 05 0801 10e807"),
            (#"{"duration":"0s"}"#, "ba04 00"),
            (#"{"duration":"-0.500s"}"#, "ba04 0b 1080b6ca91feffffffff01"),
            (#"{"mask":"aB,c.dE"}"#, "c204 0c 0a03615f62 0a05632e645f65"),
            (#"{"mask":""}"#, "c204 00"),
            (#"{"structure":{}}"#, "ca04 00"),
            (#"{"structure":{"a":null}}"#, "ca04 09 0a07 0a0161 1202 0800"),
            (#"{"value":null}"#, "d204 02 0800"), (#"{"value":1}"#, "d204 09 11000000000000f03f"),
            (#"{"value":""}"#, "d204 02 1a00"), (#"{"value":false}"#, "d204 02 2000"),
            (#"{"value":{}}"#, "d204 02 2a00"), (#"{"value":[[]]}"#, "d204 06 3204 0a02 3200"),
            (#"{"list":[true]}"#, "da04 04 0a02 2001"), (#"{"empty":{}}"#, "ea04 00"),
            (#"{"any":{}}"#, "e204 00"),
            (#"{"wrappedInt64":"0"}"#, "8205 00"), (#"{"wrappedInt64":"1"}"#, "8205 02 0801"),
            (#"{"wrappedString":""}"#, "aa05 00"), (#"{"wrappedBytes":"AA=="}"#, "b205 03 0a0100"),
            (#"{"wrappedBool":false}"#, "a205 00"),
            (#"{"wrappedDouble":"NaN"}"#, "f204 09 09000000000000f87f"),
            (#"{"values":[null,1]}"#, "c205 02 0800 c205 09 11000000000000f03f"),
            (#"{"valueMap":{"a":null}}"#, "ca05 07 0a0161 1202 0800"),
            (
                #"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#,
                "e204 32 0a2c 747970652e676f6f676c65617069732e636f6d2f676f6f676c652e70726f746f6275662e4475726174696f6e 1202 0801"
            ),
            (
                #"{"any":{"@type":"x/kinds.Old","name":"a"}}"#,
                "e204 12 0a0b 782f6b696e64732e4f6c64 1203 0a0161"
            ),
        ])
    func both(json: String, hex: String) throws {
        let kinds = try Kinds()
        #expect(try kinds.bytes(json) == bytes(hex: hex))
        #expect(try kinds.json(bytes(hex: hex)) == json)
    }

    @Test(
        "other ways to write them are taken",
        arguments: [
            (#"{"time":"2000-02-29T12:00:00.1+01:30"}"#, #"{"time":"2000-02-29T10:30:00.100Z"}"#),
            (#"{"time":"1999-12-31T23:00:00-01:00"}"#, #"{"time":"2000-01-01T00:00:00Z"}"#),
            (#"{"time":null,"wrappedInt64":null,"structure":null,"list":null,"any":null}"#, "{}"),
            (#"{"duration":"1.5s"}"#, #"{"duration":"1.500s"}"#),
            (#"{"duration":"-0s"}"#, #"{"duration":"0s"}"#),
            (#"{"wrappedInt64":1}"#, #"{"wrappedInt64":"1"}"#),
            (#"{"wrappedUint64":"1"}"#, #"{"wrappedUint64":"1"}"#),
            (
                #"{"any":{"value":"1s","@type":"x/google.protobuf.Duration"}}"#,
                #"{"any":{"@type":"x/google.protobuf.Duration","value":"1s"}}"#
            ),
            (
                #"{"any":{"@type":"x/google.protobuf.Empty","value":{}}}"#,
                #"{"any":{"@type":"x/google.protobuf.Empty"}}"#
            ),
            (
                #"{"any":{"@type":"x/google.protobuf.Value","value":null}}"#,
                #"{"any":{"@type":"x/google.protobuf.Value","value":null}}"#
            ),
        ])
    func forms(json: String, printed: String) throws {
        let kinds = try Kinds()
        #expect(try kinds.json(kinds.bytes(json)) == printed)
    }

    @Test(
        "what they cannot be is refused",
        arguments: [
            (#"{"time":"2001-02-29T00:00:00Z"}"#, "time"),
            (#"{"time":"1900-02-29T00:00:00Z"}"#, "time"),
            (#"{"time":"2001-13-01T00:00:00Z"}"#, "time"),
            (#"{"time":"2001-01-01T24:00:00Z"}"#, "time"),
            (#"{"time":"2001-01-01T00:00:00"}"#, "time"),
            (#"{"time":"2001-01-01 00:00:00Z"}"#, "time"),
            (#"{"time":"2001-01-01T00:00:00.Z"}"#, "time"),
            (#"{"time":"2001-01-01T00:00:00.1234567890Z"}"#, "time"),
            (#"{"time":"0001-01-01T00:00:00+00:01"}"#, "time"),
            (#"{"time":"0000-12-31T00:00:00Z"}"#, "time"),
            (#"{"time":1}"#, "time"), (#"{"times":["2001-01-01T00:00:00Z",null]}"#, "times[1]"),
            (#"{"duration":"1"}"#, "duration"), (#"{"duration":"s"}"#, "duration"),
            (#"{"duration":"1.s"}"#, "duration"),
            (#"{"duration":"315576000001s"}"#, "duration"), (#"{"duration":"1e3s"}"#, "duration"),
            (#"{"mask":"a_b"}"#, "mask"), (#"{"mask":"a,,b"}"#, "mask"), (#"{"mask":[]}"#, "mask"),
            (#"{"structure":[]}"#, "structure"),
            (#"{"structure":{"a":{"b":1e999}}}"#, "structure.a.b"),
            (#"{"list":{}}"#, "list"), (#"{"wrappedInt32":"x"}"#, "wrappedInt32"),
            (#"{"wrappedInt64s":[null]}"#, "wrappedInt64s[0]"),
            (#"{"empty":{"a":1}}"#, "empty.a"), (#"{"any":{"a":1}}"#, "any"),
            (#"{"any":{"@type":"kinds.Old"}}"#, "any"),
            (#"{"any":{"@type":"x/google.protobuf.Duration"}}"#, "any"),
            (#"{"any":{"@type":"x/google.protobuf.Duration","value":"1s","a":1}}"#, "any"),
            (#"{"any":{"@type":"x/google.protobuf.Duration","value":"1"}}"#, "any.value"),
            (#"{"any":{"@type":"x/kinds.Old","nme":1}}"#, "any.nme"),
        ])
    func refused(json: String, path: String) throws {
        #expect(try #require(try Kinds().fault(json)).path == path)
    }

    @Test("a type inside Any that is not described is named")
    func unknownType() throws {
        let kinds = try Kinds()
        #expect(try kinds.fault(#"{"any":{"@type":"x/a.B"}}"#)?.kind == .unknownType("a.B"))
        let held = bytes(hex: "e204 07 0a05 782f612e42")
        #expect(try kinds.fault(of: held)?.kind == .unknownType("a.B"))
    }

    @Test(
        "values without a JSON form are refused",
        arguments: [
            ("b204 0b 088092b8c398feffffff01 10ffff", "time"),
            ("b204 0b 08ff91b8c398feffffff01", "time"),
            ("b204 06 108094ebdc03", "time"), ("ba04 0d 0801 10ffffffffffffffffff01", "duration"),
            ("ba04 07 0881bcaece9709", "duration"),
            ("c204 03 0a0141", "mask"), ("c204 04 0a02615f", "mask"),
            ("d204 09 11000000000000f87f", "value"),
        ])
    func unprintable(hex: String, path: String) throws {
        let error = try #require(try Kinds().fault(of: bytes(hex: hex)))
        #expect(error.path.hasPrefix(path), "\(error)")
    }
}
