/// Percent-encoding (RFC 3986, section 2.1), decoded once and strictly: a `+` is a plus.
enum PercentEncoding {
    /// What can be wrong with encoded text.
    enum Defect: Error {
        /// A `%` without two hexadecimal digits after it.
        case escape
        /// The decoded bytes are not UTF-8.
        case utf8
        /// The decoded text contains NUL.
        case nul

        /// The defect as the end of a sentence about the text.
        var explanation: String {
            switch self {
            case .escape: "has a '%' that two hexadecimal digits do not follow"
            case .utf8: "is not UTF-8 when it is decoded"
            case .nul: "contains NUL"
            }
        }
    }

    /// Decodes text.
    static func decode(_ bytes: ArraySlice<UInt8>) throws(Defect) -> String {
        let span = bytes.span
        var isEncoded = false
        for index in span.indices {
            switch span[index] {
            case UInt8(ascii: "%"): isEncoded = true
            case 0: throw .nul
            default: break
            }
        }
        guard isEncoded else { return try text(bytes) }
        let decoded = try decodedBytes(bytes)
        guard !decoded.contains(0) else { throw .nul }
        return try text(decoded)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(Defect) -> String {
        guard let text = String(validating: bytes) else { throw .utf8 }
        return text
    }

    private static func decodedBytes(_ bytes: ArraySlice<UInt8>) throws(Defect) -> ArraySlice<UInt8>
    {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                index += 1
                continue
            }
            guard index + 2 < bytes.endIndex, let high = hexValue(bytes[index + 1]),
                let low = hexValue(bytes[index + 2])
            else { throw .escape }
            decoded.append(high << 4 | low)
            index += 3
        }
        return decoded[...]
    }

    /// Encodes text as one segment of a path: all but unreserved characters (RFC 3986, section 2.3).
    static func encodeSegment(_ text: String) -> String {
        var encoded: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
            if isLetter || byte &- UInt8(ascii: "0") < 10 || "-._~".utf8.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension String {
    /// A string of these bytes; nil unless they are UTF-8.
    init?(validating bytes: ArraySlice<UInt8>) {
        guard isValidUTF8(bytes) else { return nil }
        self = String(decoding: bytes, as: UTF8.self)
    }
}

/// Whether the bytes are UTF-8.
func isValidUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
    do {
        _ = try UTF8Span(validating: bytes.span)
        return true
    } catch {
        return false
    }
}
