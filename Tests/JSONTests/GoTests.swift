import JSON
import Testing

/// Agreement with the rules of Go's encoding/json.
@Suite struct GoTests {
    @Test(
        "doubles are printed as Go prints them",
        arguments: [
            ("0", "0"), ("-0.0", "-0"), ("1", "1"), ("-1.5", "-1.5"), ("100", "100"),
            ("0.1", "0.1"),
            ("123456.789", "123456.789"), ("1e20", "100000000000000000000"), ("1e21", "1e+21"),
            ("1.5e21", "1.5e+21"), ("-1e300", "-1e+300"), ("0.000001", "0.000001"),
            ("1e-7", "1e-7"),
            ("0.00000123", "0.00000123"), ("9.99e-7", "9.99e-7"), ("1e-10", "1e-10"),
            ("1.25e-100", "1.25e-100"), ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("2.2250738585072014e-308", "2.2250738585072014e-308"),
            ("9007199254740993", "9007199254740992"),
            ("12345678901234567890", "12345678901234567000"),
            ("123456789012345680000", "123456789012345680000"),
            ("0.33333333333333331", "0.3333333333333333"),
            ("999999999999999900000", "999999999999999900000"), ("120", "120"), ("10.01", "10.01"),
        ])
    func doubles(source: String, text: String) throws {
        let value = try #require(Double(source))
        #expect(goFormatted(value) == text)
        #expect(Double(text)?.bitPattern == value.bitPattern)
    }

    @Test("every printed double is JSON and reads back as itself")
    func doublesRoundTrip() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let text = goFormatted(value)
            #expect(JSONNumber(text: text)?.double.bitPattern == value.bitPattern)
            let hasExponent = text.contains("e")
            #expect(hasExponent == (value.magnitude < 1e-6 || value.magnitude >= 1e21))
        }
    }

    @Test(
        "a value comes back from Go with doubles, sorted keys and one of each",
        arguments: [
            (
                #"{"b":1.0,"a":[1e2,-0,12345678901234567890],"b":2}"#,
                #"{"a":[100,-0,12345678901234567000],"b":2}"#
            ),
            (#"{"k":{"y":1},"k":{"x":1e-7}}"#, #"{"k":{"x":1e-7}}"#),
            (#"[null,true,"<a>",{}]"#, #"[null,true,"\u003ca\u003e",{}]"#),
            ("{\"\u{E9}\":1,\"e\u{301}\":2}", "{\"e\u{301}\":2,\"\u{E9}\":1}"),
        ])
    func decoded(source: String, result: String) throws {
        let value = try JSONValue.parse(Array(source.utf8))
        let bytes = try value.asGoDecoded.serialized(options: .go)
        #expect(bytes == Array(result.utf8))
    }

    @Test("a number beyond doubles is refused in Go's words")
    func outOfRange() throws {
        let value = try JSONValue.parse(Array(#"{"a":[1e999],"a":1}"#.utf8))
        let error = #expect(throws: GoNumberRangeError.self) { try value.asGoDecoded }
        #expect(
            error?.description
                == "json: cannot unmarshal number 1e999 into Go value of type float64")
    }

    @Test(
        "syntax errors have Go's messages",
        arguments: [
            ("", "unexpected end of JSON input"), ("[1", "unexpected end of JSON input"),
            ("not json", "invalid character 'o' in literal null (expecting 'u')"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("{1}", "invalid character '1' looking for beginning of object key string"),
            (#"{"a"1}"#, "invalid character '1' after object key"),
            (#"{"a":1]"#, "invalid character ']' after object key:value pair"),
            ("[1}", "invalid character '}' after array element"),
            ("1'", #"invalid character '\'' after top-level value"#),
            ("\"\n\"", #"invalid character '\n' in string literal"#),
            ("\"\u{1}\"", #"invalid character '\x01' in string literal"#),
            (#""\x""#, "invalid character 'x' in string escape code"),
            (#""\u00\""#, #"invalid character '\\' in \u hexadecimal character escape"#),
            ("-\"", "invalid character '\"' in numeric literal"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1ex", "invalid character 'x' in exponent of numeric literal"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
            (String(repeating: "[", count: 129), "exceeded max depth"),
        ])
    func messages(source: String, message: String) {
        let error = #expect(throws: JSONError.self) {
            try JSONValue.parse(
                Array(source.utf8), options: JSONParsingOptions(invalidUTF8: .replace))
        }
        #expect(error?.goMessage == message)
    }
}
