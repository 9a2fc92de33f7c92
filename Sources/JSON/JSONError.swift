/// Why, and where, some bytes are not the JSON that was asked for.
public struct JSONError: Error, Sendable, Hashable {
    /// What was wrong.
    public enum Kind: Sendable, Hashable {
        /// The input ended inside a value, or had none.
        case unexpectedEnd
        /// A value should begin here.
        case expectedValue
        /// A member name, in quotes, should begin here.
        case expectedKey
        /// A `:` should follow the member name.
        case expectedColon
        /// A `,` or `]` should follow the element.
        case expectedCommaOrBracket
        /// A `,` or `}` should follow the member.
        case expectedCommaOrBrace
        /// Something that begins like `true`, `false` or `null` goes on otherwise.
        case invalidLiteral(literal: String, expected: Character)
        /// No digit where a number must have one.
        case invalidNumber(NumberPart)
        /// A control character, which must be escaped, inside a string.
        case controlCharacter
        /// An unknown character after `\`.
        case invalidEscape
        /// Something else than four hexadecimal digits after `\u`.
        case invalidUnicodeEscape
        /// Half of a surrogate pair.
        case loneSurrogate
        /// Bytes in a string that are not UTF-8.
        case invalidUTF8
        /// More arrays and objects inside one another than the limit.
        case tooDeep(limit: Int)
        /// Something other than white space after the value.
        case trailingBytes
    }

    /// The parts of a number that need a digit.
    public enum NumberPart: Sendable, Hashable {
        /// Before the decimal point.
        case integer
        /// After the decimal point.
        case fraction
        /// After the `e`.
        case exponent
    }

    /// What was wrong.
    public let kind: Kind
    /// Where, in bytes from the start of the input.
    public let offset: Int
    /// The line of that byte, from 1.
    public let line: Int
    /// The place of that byte in its line, in bytes, from 1.
    public let column: Int
    /// The offending byte; `nil` at the end of the input.
    public let byte: UInt8?

    init(_ failure: ScanFailure, in bytes: Span<UInt8>) {
        kind = failure.kind
        offset = failure.offset
        byte = offset < bytes.count ? bytes[offset] : nil
        var line = 1
        var lineStart = 0
        for index in 0..<offset where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        self.line = line
        column = offset - lineStart + 1
    }
}

extension JSONError: CustomStringConvertible {
    /// A sentence for people, such as "line 1, column 5: expected ':' after the member name".
    public var description: String {
        "line \(line), column \(column): \(kind.sentence)"
    }
}

extension JSONError.Kind {
    var sentence: String {
        switch self {
        case .unexpectedEnd: "the JSON text ends too early"
        case .expectedValue: "expected a JSON value"
        case .expectedKey: "expected a member name in double quotes"
        case .expectedColon: "expected ':' after the member name"
        case .expectedCommaOrBracket: "expected ',' or ']' after the array element"
        case .expectedCommaOrBrace: "expected ',' or '}' after the object member"
        case .invalidLiteral(let literal, _): "expected '\(literal)'"
        case .invalidNumber(.integer): "a number needs a digit after '-'"
        case .invalidNumber(.fraction): "a number needs a digit after the decimal point"
        case .invalidNumber(.exponent): "a number needs a digit in the exponent"
        case .controlCharacter: "a control character in a string must be escaped"
        case .invalidEscape: "unknown escape in a string"
        case .invalidUnicodeEscape: "'\\u' needs four hexadecimal digits"
        case .loneSurrogate: "the escape is half of a surrogate pair"
        case .invalidUTF8: "the string is not valid UTF-8"
        case .tooDeep(let limit): "arrays and objects are nested more than \(limit) deep"
        case .trailingBytes: "unexpected text after the JSON value"
        }
    }
}
