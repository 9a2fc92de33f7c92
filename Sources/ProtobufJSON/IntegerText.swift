import JSON

/// A whole number as JSON may spell it: `17`, `17.0`, `1.7e1`.
struct IntegerText {
    let isNegative: Bool
    let magnitude: UInt64

    /// nil when the text is no JSON number, is not whole, or does not fit 64 bits.
    init?(_ text: String) {
        guard JSONNumber(text: text) != nil else { return nil }
        var rest = text.utf8[...]
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        let parts = rest.split(maxSplits: 1, omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
        }
        let decimals = parts[0].split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        // An exponent that is no Int is that of 0, or of nothing that fits.
        var point = parts.count > 1 ? Int(Substring(parts[1])) ?? .max / 2 : 0
        var digits = Array(decimals[0])
        if decimals.count > 1 {
            digits += decimals[1]
            point -= decimals[1].count
        }
        while let last = digits.last, last == UInt8(ascii: "0") {
            digits.removeLast()
            point += 1
        }
        guard !digits.isEmpty else {
            magnitude = 0
            return
        }
        guard point >= 0, point <= 20 else { return nil }
        digits += [UInt8](repeating: UInt8(ascii: "0"), count: point)
        guard let magnitude = UInt64(String(decoding: digits, as: UTF8.self)) else { return nil }
        self.magnitude = magnitude
    }

    /// The number in `bits` bits with a sign; nil when it does not fit.
    func signed(bits: Int) -> Int64? {
        let limit = UInt64(1) << UInt64(bits - 1)
        if isNegative {
            guard magnitude <= limit else { return nil }
            return Int64(truncatingIfNeeded: 0 &- magnitude)
        }
        return magnitude < limit ? Int64(magnitude) : nil
    }

    /// The number in `bits` bits without a sign; nil when it does not fit.
    func unsigned(bits: Int) -> UInt64? {
        guard !isNegative || magnitude == 0 else { return nil }
        return bits == 64 || magnitude >> UInt64(bits) == 0 ? magnitude : nil
    }
}
