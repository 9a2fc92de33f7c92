// What Go's encoding/json makes of JSON, for answers that must look as if Go had written them.

/// A double as Go's encoding/json prints it: the fewest digits that read back as the same value,
/// with an exponent only below 1e-6 and from 1e21 on.
///
/// - Parameter value: must be finite; Go has no text for other values either.
public func goFormatted(_ value: Double) -> String {
    precondition(value.isFinite, "JSON has no text for infinities and NaN")
    let sign = value.sign == .minus ? "-" : ""
    guard value != 0 else { return sign + "0" }
    let (digits, point) = shortestDigits(value.magnitude)
    let magnitude = value.magnitude
    if magnitude < 1e-6 || magnitude >= 1e21 {
        let fraction = digits.dropFirst()
        return sign + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction)
            + (point > 0 ? "e+" : "e") + String(point - 1)
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    let zeros = String(repeating: "0", count: max(0, point - digits.utf8.count))
    let fraction = digits.dropFirst(point)
    return sign + digits.prefix(point) + zeros + (fraction.isEmpty ? "" : "." + fraction)
}

/// The shortest digits that identify a positive double, without zeros at either end, and where
/// the decimal point stands in them: `0.0012` is `12` at -2.
///
/// Swift's own description finds the same digits as Go; only its layout differs.
private func shortestDigits(_ value: Double) -> (digits: String, point: Int) {
    let parts = value.description.split(separator: "e", maxSplits: 1)
    let decimals = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let integer = decimals[0]
    let fraction = decimals.count > 1 ? decimals[1] : ""
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let digits = integer + fraction
    let significant = digits.drop { $0 == "0" }
    let trailing = significant.reversed().prefix { $0 == "0" }.count
    let point = integer.utf8.count + exponent - (digits.utf8.count - significant.utf8.count)
    return (String(significant.dropLast(trailing)), point)
}

/// Go refuses a number that no double can hold.
public struct GoNumberRangeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text of the number.
    public let text: String

    /// The message of Go's `UnmarshalTypeError`.
    public var description: String {
        "json: cannot unmarshal number \(text) into Go value of type float64"
    }
}

extension JSONValue {
    /// The value after Go's `json.Unmarshal` into `any`: numbers are doubles in Go's notation, keys
    /// are sorted by their bytes, and of equal keys only the last is left.
    ///
    /// - Throws: ``GoNumberRangeError`` for a number beyond the range of doubles.
    public var asGoDecoded: JSONValue {
        get throws(GoNumberRangeError) {
            switch self {
            case .null, .bool, .string:
                return self
            case .number(let number):
                guard let double = JSONNumber(number.double) else {
                    throw GoNumberRangeError(text: number.text)
                }
                return .number(double)
            case .array(let elements):
                var decoded: [JSONValue] = []
                decoded.reserveCapacity(elements.count)
                for element in elements { decoded.append(try element.asGoDecoded) }
                return .array(decoded)
            case .object(let object):
                var decoded: [JSONObject.Member] = []
                for member in object.members {
                    let value = try member.value.asGoDecoded
                    decoded.append(JSONObject.Member(key: member.key, value: value))
                }
                var unique: [JSONObject.Member] = []
                for member in decoded.sortedByKey() {
                    if let last = unique.last, hasSameBytes(last.key, member.key) {
                        unique.removeLast()
                    }
                    unique.append(member)
                }
                return .object(JSONObject(unique))
            }
        }
    }
}

// MARK: - Error messages

extension JSONError {
    /// What Go's `json.Unmarshal` says about the same text.
    public var goMessage: String {
        if case .tooDeep = kind { return "exceeded max depth" }
        guard kind != .unexpectedEnd, let byte else { return "unexpected end of JSON input" }
        return "invalid character \(goQuoted(byte)) \(kind.goContext)"
    }
}

extension JSONError.Kind {
    fileprivate var goContext: String {
        switch self {
        case .expectedValue: "looking for beginning of value"
        case .expectedKey: "looking for beginning of object key string"
        case .expectedColon: "after object key"
        case .expectedCommaOrBracket: "after array element"
        case .expectedCommaOrBrace: "after object key:value pair"
        case .invalidLiteral(let literal, let expected):
            "in literal \(literal) (expecting '\(expected)')"
        case .invalidNumber(.integer): "in numeric literal"
        case .invalidNumber(.fraction): "after decimal point in numeric literal"
        case .invalidNumber(.exponent): "in exponent of numeric literal"
        case .invalidEscape: "in string escape code"
        case .invalidUnicodeEscape: "in \\u hexadecimal character escape"
        case .trailingBytes: "after top-level value"
        // The other kinds never get here: Go has no such errors, or words them whole.
        case .controlCharacter, .loneSurrogate, .invalidUTF8, .tooDeep, .unexpectedEnd:
            "in string literal"
        }
    }
}

/// A byte between single quotes in Go's notation, which takes it for a Latin-1 character.
private func goQuoted(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"): "'\\''"
    case UInt8(ascii: "\\"): "'\\\\'"
    case 0x07: "'\\a'"
    case 0x08: "'\\b'"
    case 0x09: "'\\t'"
    case 0x0A: "'\\n'"
    case 0x0B: "'\\v'"
    case 0x0C: "'\\f'"
    case 0x0D: "'\\r'"
    case 0x00..<0x10: "'\\x0\(String(byte, radix: 16))'"
    case 0x10..<0x20, 0x7F: "'\\x\(String(byte, radix: 16))'"
    case 0x80...0xA0, 0xAD: "'\\u00\(String(byte, radix: 16))'"
    default: "'\(Character(Unicode.Scalar(byte)))'"
    }
}
