/// Percent-escapes and the cleaning of paths, as Go's `net/url` and `path` do them.
enum PathEscaping {
    /// Decodes `%XX`; nil when an escape is malformed. Bytes that are no UTF-8 become U+FFFD.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> String? {
        guard bytes.contains(where: { $0 == percent || ($0 == plus && plusIsSpace) }) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if byte == percent {
                guard index + 1 < bytes.endIndex, let high = hexValue(bytes[index]),
                    let low = hexValue(bytes[index + 1])
                else { return nil }
                decoded.append(high << 4 | low)
                index += 2
            } else {
                decoded.append(byte == plus && plusIsSpace ? space : byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Escapes everything but unreserved characters (RFC 3986, section 2.3).
    static func encode(_ segment: String) -> String {
        var text = ""
        for byte in segment.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), dot,
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }

    /// Whether every `%` begins an escape and there is no control character.
    static func isWellFormed(_ path: ArraySlice<UInt8>) -> Bool {
        var index = path.startIndex
        while index < path.endIndex {
            let byte = path[index]
            guard byte > space, byte != 0x7F else { return false }
            if byte == percent {
                guard index + 2 < path.endIndex, hexValue(path[index + 1]) != nil,
                    hexValue(path[index + 2]) != nil
                else { return false }
                index += 2
            }
            index += 1
        }
        return true
    }

    /// Resolves `.` and `..`, makes one slash of several and drops the last one. Escaped dots and
    /// slashes are ordinary characters here.
    static func clean(_ path: ArraySlice<UInt8>) -> [UInt8] {
        guard needsCleaning(path) else { return Array(path) }
        var kept: [ArraySlice<UInt8>] = []
        for segment in path.split(separator: slash) {
            switch Array(segment) {
            case [dot]: break
            case [dot, dot]: _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        var cleaned: [UInt8] = []
        cleaned.reserveCapacity(path.count)
        for segment in kept {
            cleaned.append(slash)
            cleaned.append(contentsOf: segment)
        }
        return cleaned.isEmpty ? [slash] : cleaned
    }

    private static func needsCleaning(_ path: ArraySlice<UInt8>) -> Bool {
        guard path.last != slash else { return path.count > 1 }
        var previous: UInt8 = 0
        for byte in path {
            if previous == slash, byte == slash || byte == dot { return true }
            previous = byte
        }
        return false
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static let percent = UInt8(ascii: "%")
    private static let plus = UInt8(ascii: "+")
    private static let space = UInt8(ascii: " ")
    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
}
