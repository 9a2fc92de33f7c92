// Strings and numbers, the tokens with an inner grammar.

extension Scanner {
    /// Reads the string that begins at the current place; answers whether its bytes between the
    /// quotes are its text (no escapes, nothing to replace).
    mutating func scanString(_ bytes: Span<UInt8>) throws(ScanFailure) -> Bool {
        var isPlain = true
        index += 1
        while true {
            index = endOfPlainASCII(bytes, from: index)
            let byte = try byte(in: bytes)
            if byte == UInt8(ascii: "\"") {
                index += 1
                return isPlain
            } else if byte == UInt8(ascii: "\\") {
                isPlain = false
                try scanEscape(bytes)
            } else if byte < 0x20 {
                throw failure(.controlCharacter)
            } else if let length = utf8Length(bytes, at: index) {
                index += length
            } else {
                if policy.refusesInvalidUTF8 { throw failure(.invalidUTF8) }
                isPlain = false
                index += 1
            }
        }
    }

    /// Where the ASCII characters end that stand for themselves.
    private func endOfPlainASCII(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            guard byte &- 0x20 < 0x60, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
                break
            }
            end += 1
        }
        return end
    }

    private mutating func scanEscape(_ bytes: Span<UInt8>) throws(ScanFailure) {
        let start = index
        index += 1
        switch try byte(in: bytes) {
        case UInt8(ascii: "u"):
            index += 1
            let end = index + 4
            while index < end {
                guard hexDigit(try byte(in: bytes)) != nil else {
                    throw failure(.invalidUnicodeEscape)
                }
                index += 1
            }
            guard policy.refusesLoneSurrogates else { return }
            guard let escape = UnicodeEscape(bytes, at: start) else {
                throw ScanFailure(kind: .loneSurrogate, offset: start)
            }
            index = start + escape.length
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 1
        default:
            throw failure(.invalidEscape)
        }
    }

    /// Reads the number that begins at the current place, by RFC 8259 section 6.
    mutating func scanNumber(_ bytes: Span<UInt8>) throws(ScanFailure) {
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        if try byte(in: bytes) == UInt8(ascii: "0") {
            index += 1
        } else {
            try scanDigits(of: .integer, bytes)
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            try scanDigits(of: .fraction, bytes)
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            let sign = try byte(in: bytes)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { index += 1 }
            try scanDigits(of: .exponent, bytes)
        }
    }

    private mutating func scanDigits(
        of part: JSONError.NumberPart, _ bytes: Span<UInt8>
    ) throws(ScanFailure) {
        guard isDigit(try byte(in: bytes)) else { throw failure(.invalidNumber(part)) }
        repeat { index += 1 } while index < bytes.count && isDigit(bytes[index])
    }
}
