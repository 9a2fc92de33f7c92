struct NotHexadecimal: Error {}

/// The bytes that pairs of hexadecimal digits stand for.
func bytes(hex: String) throws -> [UInt8] {
    let digits = try hex.map { digit in
        guard let value = digit.hexDigitValue else { throw NotHexadecimal() }
        return UInt8(value)
    }
    guard digits.count.isMultiple(of: 2) else { throw NotHexadecimal() }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
