import JSON
import Testing

/// Strings: escapes, surrogates and bytes that are not UTF-8.
@Suite struct TextTests {
    static let replacing = JSONParsingOptions(invalidUTF8: .replace)

    @Test(
        "escapes stand for their characters",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0000\u0041\u00e9\u20AC""#, "\0Aé€"),
            (#""\uD83D\uDE00""#, "\u{1F600}"),
            (#""\ud800\udc00\uDBFF\uDFFF""#, "\u{10000}\u{10FFFF}"),
            (#""é\u0301 ü""#, "é\u{301} ü"), (#""\\u0041""#, "\\u0041"), (#""\uFFFE""#, "\u{FFFE}"),
        ])
    func escapes(source: String, text: String) throws {
        let value = try JSONValue.parse(Array(source.utf8))
        #expect(value == .string(text))
        #expect(try JSONValue.parse(Array(source.utf8), options: Self.replacing) == value)
        #expect(try JSONDocument(parsing: Array(source.utf8)).root.stringValue == text)
    }

    @Test(
        "lone surrogates are refused, or replaced, and valid where only the grammar counts",
        arguments: [
            (#""\ud800""#, 1, "\u{FFFD}"), (#""a\udc00b""#, 2, "a\u{FFFD}b"),
            (#""\ud800\ud800\udc00""#, 1, "\u{FFFD}\u{10000}"),
            (#""\udc00\ud800""#, 1, "\u{FFFD}\u{FFFD}"), (#""\ud800\u0041""#, 1, "\u{FFFD}A"),
            (#""\ud800\n""#, 1, "\u{FFFD}\n"), (#""\ud800x""#, 1, "\u{FFFD}x"),
        ])
    func loneSurrogates(source: String, offset: Int, replaced: String) throws {
        let bytes = Array(source.utf8)
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(bytes) }
        #expect(error?.kind == .loneSurrogate)
        #expect(error?.offset == offset)
        #expect(try JSONValue.parse(bytes, options: Self.replacing) == .string(replaced))
        #expect(isValidJSON(bytes))
        #expect(try compactJSON(bytes, escapeHTML: false) == bytes)
    }

    @Test(
        "each byte that is not UTF-8 is refused, or replaced by one U+FFFD",
        arguments: [
            [0x80], [0xFF], [0xC0, 0xAF], [0xC1, 0x81], [0xE2, 0x82], [0xE0, 0x9F, 0xBF],
            [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5],
            [0xF0, 0x9F, 0x98], [0xC3],
        ] as [[UInt8]])
    func invalidUTF8(sequence: [UInt8]) throws {
        let quote = UInt8(ascii: "\"")
        let bytes = [quote, UInt8(ascii: "a")] + sequence + [UInt8(ascii: "b"), quote]
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(bytes) }
        #expect(error?.kind == .invalidUTF8)
        #expect(error?.offset == 2)
        #expect(!isValidJSON(bytes))
        let replaced = "a" + String(repeating: "\u{FFFD}", count: sequence.count) + "b"
        #expect(try JSONValue.parse(bytes, options: Self.replacing) == .string(replaced))
        #expect(try compactJSON(bytes, escapeHTML: true) == bytes)
    }

    @Test("the ends of each UTF-8 length are text")
    func validUTF8() throws {
        let text = "\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"
        #expect(try JSONValue.parse(Array("\"\(text)\"".utf8)) == .string(text))
        #expect(try JSONValue.parse(Array("\"\(text)\\n\"".utf8)) == .string(text + "\n"))
    }

    @Test(
        "what counts as UTF-8 is what the standard library says",
        arguments: 0x80...0xFF as ClosedRange<UInt8>)
    func sameUTF8(lead: UInt8) {
        let edges: [UInt8] = [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        var differing: [[UInt8]] = []
        for second in edges {
            for third in edges {
                for fourth in edges {
                    let text = [lead, second, third, fourth]
                    let isValid = String(validating: text, as: UTF8.self) != nil
                    let quote = UInt8(ascii: "\"")
                    if isValidJSON([quote] + text + [quote]) != isValid { differing.append(text) }
                }
            }
        }
        #expect(differing.isEmpty)
    }

    @Test("bad bytes outside of strings are refused in every mode")
    func badBytesOutside() {
        let error = #expect(throws: JSONError.self) {
            try JSONValue.parse([UInt8(ascii: "["), 0xFF], options: Self.replacing)
        }
        #expect(error?.kind == .expectedValue)
    }
}
