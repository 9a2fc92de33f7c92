/// Base 64 (RFC 4648).
public enum Base64 {
    /// Which characters stand for 62 and 63.
    public enum Alphabet: Sendable {
        /// `+` and `/` (section 4).
        case standard
        /// `-` and `_`, for URLs and file names (section 5).
        case url
    }

    /// Whether encoded text must fill its last group of four characters with `=`.
    public enum Padding: Sendable {
        case required, optional, forbidden
    }

    /// Encodes bytes.
    ///
    /// - Parameter padded: whether `=` fills the last group of four characters.
    public static func encode(
        _ bytes: some Collection<UInt8>, alphabet: Alphabet = .standard, padded: Bool = true
    ) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        // The bits that wait for more, and how many bytes of the group they come from.
        var group: UInt32 = 0
        var count = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            count += 1
            if count == 3 {
                append(group, characters: 4, alphabet, to: &text)
                (group, count) = (0, 0)
            }
        }
        if count > 0 {
            append(group << UInt32(24 - 8 * count), characters: count + 1, alphabet, to: &text)
            if padded {
                text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - count))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes text; `nil` if a character is not of the alphabet (white space included), the
    /// length is impossible, or the padding is not as asked.
    ///
    /// Bits of the last character that no byte needs may be anything, as in Go (section 3.5 leaves
    /// it open).
    ///
    /// - Parameter text: the characters, as ASCII.
    public static func decode(
        _ text: some BidirectionalCollection<UInt8>, alphabet: Alphabet = .standard,
        padding: Padding = .optional
    ) -> [UInt8]? {
        let padCount = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let count = text.count - padCount
        // A group of one character holds less than a byte.
        guard count % 4 != 1 else { return nil }
        let isFilled = (count + padCount).isMultiple(of: 4)
        switch padding {
        case .required: guard isFilled else { return nil }
        case .optional: guard isFilled || padCount == 0 else { return nil }
        case .forbidden: guard padCount == 0 else { return nil }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * 3 / 4)
        var group: UInt32 = 0
        var bits = 0
        for character in text.dropLast(padCount) {
            guard let value = value(of: character, alphabet) else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
            }
        }
        return bytes
    }

    /// Decodes text; see the variant for bytes.
    public static func decode(
        _ text: String, alphabet: Alphabet = .standard, padding: Padding = .optional
    ) -> [UInt8]? {
        decode(text.utf8, alphabet: alphabet, padding: padding)
    }

    /// Appends the first characters of a group of 24 bits.
    private static func append(
        _ group: UInt32, characters: Int, _ alphabet: Alphabet, to text: inout [UInt8]
    ) {
        for position in 0..<characters {
            let value = UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * position)) & 0x3F
            text.append(character(for: value, alphabet))
        }
    }

    private static func character(for value: UInt8, _ alphabet: Alphabet) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + (value - 26)
        case 52..<62: UInt8(ascii: "0") + (value - 52)
        case 62: alphabet == .standard ? UInt8(ascii: "+") : UInt8(ascii: "-")
        default: alphabet == .standard ? UInt8(ascii: "/") : UInt8(ascii: "_")
        }
    }

    private static func value(of character: UInt8, _ alphabet: Alphabet) -> UInt8? {
        switch (character, alphabet) {
        case (UInt8(ascii: "A")...UInt8(ascii: "Z"), _): character - UInt8(ascii: "A")
        case (UInt8(ascii: "a")...UInt8(ascii: "z"), _): character - UInt8(ascii: "a") + 26
        case (UInt8(ascii: "0")...UInt8(ascii: "9"), _): character - UInt8(ascii: "0") + 52
        case (UInt8(ascii: "+"), .standard), (UInt8(ascii: "-"), .url): 62
        case (UInt8(ascii: "/"), .standard), (UInt8(ascii: "_"), .url): 63
        default: nil
        }
    }
}
