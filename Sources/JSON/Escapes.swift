// The escapes that writers put into strings, spelled as Go (1.22 and later) spells them.

/// The escape of a byte that must not stand in a JSON string as it is (RFC 8259 section 7).
func controlEscape(_ byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "\""): "\\\""
    case UInt8(ascii: "\\"): "\\\\"
    case 0x08: "\\b"
    case 0x09: "\\t"
    case 0x0A: "\\n"
    case 0x0C: "\\f"
    case 0x0D: "\\r"
    case 0x00..<0x10: "\\u000" + String(byte, radix: 16)
    case 0x10..<0x20: "\\u00" + String(byte, radix: 16)
    default: nil
    }
}

/// The escape, and the length in the source, of a character at `index` that has a meaning in HTML
/// or ends a line in JavaScript.
func htmlEscape(_ bytes: Span<UInt8>, at index: Int) -> (text: String, length: Int)? {
    switch bytes[index] {
    case UInt8(ascii: "<"): return ("\\u003c", 1)
    case UInt8(ascii: ">"): return ("\\u003e", 1)
    case UInt8(ascii: "&"): return ("\\u0026", 1)
    case 0xE2 where index + 2 < bytes.count && bytes[index + 1] == 0x80:
        return switch bytes[index + 2] {
        case 0xA8: ("\\u2028", 3)
        case 0xA9: ("\\u2029", 3)
        default: nil
        }
    default: return nil
    }
}
