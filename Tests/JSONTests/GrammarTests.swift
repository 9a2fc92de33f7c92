import JSON
import Testing

/// The grammar of RFC 8259, by way of every door that leads to the scanner.
@Suite struct GrammarTests {
    @Test(
        "text of the RFC 8259 grammar is accepted",
        arguments: [
            "null", "true", "false", "0", "-0", "1", "-1", "10", "1.5", "0.0", "-0.5", "1e1",
            "1E+2", "1e-2", "0e0", "1.5e10", "123456789012345678901234567890", "1e999999",
            #""""#, #""a""#, #""\"\\\/\b\f\n\r\t""#, #""\u00e9""#, #""\uD83D\uDE00""#,
            "\"é\u{1F600}\u{7F}\u{2028}\"", "[]", "[ ]", "{}", "{ }", "[1]", "[1,2]", "[[],{}]",
            #"{"":0}"#, #"{"a":1,"a":2}"#, " \t\r\n[ 1 , { \"a\" : [ ] } ] \n", "[[[[1]]]]",
        ])
    func accepts(text: String) throws {
        let bytes = Array(text.utf8)
        #expect(isValidJSON(bytes))
        _ = try JSONValue.parse(bytes)
        let document = try JSONDocument(parsing: bytes)
        #expect(document.root.range.lowerBound < document.root.range.upperBound)
    }

    @Test(
        "what the grammar does not allow is refused where it goes wrong",
        arguments: [
            ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("x", .expectedValue, 0),
            ("hello", .expectedValue, 0), ("\u{FEFF}1", .expectedValue, 0),
            ("+1", .expectedValue, 0), (".5", .expectedValue, 0), ("'a'", .expectedValue, 0),
            ("NaN", .expectedValue, 0), ("01", .trailingBytes, 1), ("1 2", .trailingBytes, 2),
            ("1x", .trailingBytes, 1), ("0x10", .trailingBytes, 1), ("{}}", .trailingBytes, 2),
            ("-", .unexpectedEnd, 1), ("-x", .invalidNumber(.integer), 1),
            ("1.", .unexpectedEnd, 2), ("1.x", .invalidNumber(.fraction), 2),
            ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
            ("1ex", .invalidNumber(.exponent), 2), ("1e+x", .invalidNumber(.exponent), 3),
            ("tru", .unexpectedEnd, 3),
            ("trux", .invalidLiteral(literal: "true", expected: "e"), 3),
            ("nil", .invalidLiteral(literal: "null", expected: "u"), 1),
            ("truee", .trailingBytes, 4), ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2),
            ("[1,", .unexpectedEnd, 3), ("[1,]", .expectedValue, 3), ("[,1]", .expectedValue, 1),
            ("[1 2]", .expectedCommaOrBracket, 3), ("[1}", .expectedCommaOrBracket, 2),
            ("{", .unexpectedEnd, 1), ("{1:1}", .expectedKey, 1), (#"{"a"}"#, .expectedColon, 4),
            (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5),
            (#"{"a":}"#, .expectedValue, 5), (#"{"a":1"#, .unexpectedEnd, 6),
            (#"{"a":1,}"#, .expectedKey, 7), (#"{"a":1]"#, .expectedCommaOrBrace, 6),
            (#"{"a":1 "b":2}"#, .expectedCommaOrBrace, 7), ("]", .expectedValue, 0),
            ("// c\n1", .expectedValue, 0), ("\"a", .unexpectedEnd, 2),
            ("\"a\nb\"", .controlCharacter, 2), ("\"\u{0}\"", .controlCharacter, 1),
            (#""\"#, .unexpectedEnd, 2), (#""\x""#, .invalidEscape, 2),
            (#""\u12"#, .unexpectedEnd, 5), (#""\u12g4""#, .invalidUnicodeEscape, 5),
            (#""\U0041""#, .invalidEscape, 2),
        ] as [(String, JSONError.Kind, Int)])
    func refuses(text: String, kind: JSONError.Kind, offset: Int) throws {
        let bytes = Array(text.utf8)
        #expect(!isValidJSON(bytes))
        let error = try #require(throws: JSONError.self) { try JSONValue.parse(bytes) }
        #expect(error.kind == kind)
        #expect(error.offset == offset)
        #expect(error.byte == (offset < bytes.count ? bytes[offset] : nil))
        #expect(throws: error) { try JSONDocument(parsing: bytes) }
        #expect(throws: error) { try compactJSON(bytes, escapeHTML: false) }
    }

    @Test("an error tells line and column in a sentence")
    func errorPlace() {
        let error = #expect(throws: JSONError.self) {
            try JSONValue.parse(Array("{\n  \"a\": 1,\n  \"b\" 2\n}".utf8))
        }
        #expect(error?.line == 3)
        #expect(error?.column == 7)
        #expect(error?.description == "line 3, column 7: expected ':' after the member name")
    }

    @Test("slices and spans are read from their own start")
    func slices() throws {
        let bytes = Array("xx[1]yy".utf8)
        #expect(try JSONValue.parse(bytes[2..<5]) == [1])
        #expect(try JSONValue.parse(bytes.span.extracting(2..<5)) == [1])
        #expect(isValidJSON(bytes[2..<5]))
        #expect(!isValidJSON(bytes[2..<6]))
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(bytes[2...]) }
        #expect(error?.offset == 3)
    }

    // MARK: - Depth

    @Test(
        "nesting is accepted up to the limit and refused above it", arguments: [1, 63, 64, 65, 128])
    func depthLimit(limit: Int) throws {
        let options = JSONParsingOptions(maximumDepth: limit)
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            func nested(_ depth: Int) -> [UInt8] {
                let left = String(repeating: open, count: depth)
                return Array((left + "1" + String(repeating: close, count: depth)).utf8)
            }
            _ = try JSONValue.parse(nested(limit), options: options)
            let error = #expect(throws: JSONError.self) {
                try JSONValue.parse(nested(limit + 1), options: options)
            }
            #expect(error?.kind == .tooDeep(limit: limit))
            #expect(error?.offset == limit * open.utf8.count)
        }
    }

    @Test("closing brackets must match at any depth")
    func mixedNesting() {
        let levels = (0..<300).map { $0 % 3 == 0 ? (#"{"a":"#, "}") : ("[", "]") }
        let open = levels.map(\.0).joined()
        let close = levels.reversed().map(\.1).joined()
        #expect(isValidJSON(Array((open + "0" + close).utf8)))
        for wrong in [0, 63, 64, 128, 235, 299] {
            var closing = Array(close.utf8)
            closing[wrong] =
                closing[wrong] == UInt8(ascii: "]") ? UInt8(ascii: "}") : UInt8(ascii: "]")
            #expect(!isValidJSON(Array((open + "0").utf8) + closing))
        }
    }

    @Test("a million open brackets cost no stack")
    func hostileDepth() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(!isValidJSON(bytes))
        #expect(throws: JSONError.self) { try JSONValue.parse(bytes) }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 10_000)
        #expect(isValidJSON(deep + [UInt8](repeating: UInt8(ascii: "]"), count: 10_000)))
    }

    // MARK: - Trailing bytes

    @Test(
        "ignored trailing bytes leave the place where the value ended",
        arguments: [
            (#"{"a":1} {"b":2}"#, 0..<7), ("123abc", 0..<3), (" true]", 1..<5), ("01", 0..<1),
            (#""a"garbage"#, 0..<3),
        ])
    func trailingBytes(text: String, range: Range<Int>) throws {
        let options = JSONParsingOptions(trailingBytes: .ignore)
        let document = try JSONDocument(parsing: Array(text.utf8), options: options)
        #expect(document.root.range == range)
        #expect(throws: JSONError.self) { try JSONValue.parse(Array(text.utf8)) }
    }
}
