// From the bytes of a scanned string to its text.

/// The text between the quotes of a string the scanner has accepted; what it let pass as invalid
/// becomes U+FFFD, one for each bad byte as in Go.
func decodedString(_ bytes: Span<UInt8>, _ content: Range<Int>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(content.count)
    var index = content.lowerBound
    while index < content.upperBound {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\\") {
            index += appendEscape(bytes, at: index, to: &text)
        } else if let length = utf8Length(bytes, at: index) {
            for offset in 0..<length { text.append(bytes[index + offset]) }
            index += length
        } else {
            text.append(contentsOf: "\u{FFFD}".utf8)
            index += 1
        }
    }
    return String(decoding: text, as: UTF8.self)
}

/// Appends what the escape stands for, and answers its length.
private func appendEscape(
    _ bytes: Span<UInt8>, at index: Int, to text: inout [UInt8]
) -> Int {
    switch bytes[index + 1] {
    case UInt8(ascii: "u"):
        guard let escape = UnicodeEscape(bytes, at: index) else {
            text.append(contentsOf: "\u{FFFD}".utf8)
            return 6
        }
        text.append(contentsOf: UTF8.encode(escape.scalar) ?? UTF8.encodedReplacementCharacter)
        return escape.length
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case let byte: text.append(byte)
    }
    return 2
}

/// A `\uXXXX` escape, or the pair of them that stands for one character above U+FFFF.
struct UnicodeEscape {
    let scalar: Unicode.Scalar
    /// In bytes: 6 or 12.
    let length: Int

    /// Reads the escape whose backslash is at `index`; `nil` if it is half of a surrogate pair.
    init?(_ bytes: Span<UInt8>, at index: Int) {
        guard let first = hexQuad(bytes, at: index) else { return nil }
        if let scalar = Unicode.Scalar(first) {
            self.scalar = scalar
            length = 6
            return
        }
        guard first < 0xDC00, let second = hexQuad(bytes, at: index + 6),
            0xDC00..<0xE000 ~= second,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { return nil }
        self.scalar = scalar
        length = 12
    }
}

/// The code unit of the `\uXXXX` at `index`, if that is what is there.
private func hexQuad(_ bytes: Span<UInt8>, at index: Int) -> UInt32? {
    guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
        bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    var value: UInt32 = 0
    for offset in 2..<6 {
        guard let digit = hexDigit(bytes[index + offset]) else { return nil }
        value = value << 4 | UInt32(digit)
    }
    return value
}

func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// The length of the well-formed UTF-8 sequence at `index` (Unicode table 3-7), `nil` if there is
/// none.
func utf8Length(_ bytes: Span<UInt8>, at index: Int) -> Int? {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch bytes[index] {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard index + length <= bytes.count, second ~= bytes[index + 1] else { return nil }
    for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return nil }
    return length
}
