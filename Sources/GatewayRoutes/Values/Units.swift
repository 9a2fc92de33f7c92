/// A number of bytes that was written with its unit, such as `64KiB`.
public struct ByteCount: Sendable, Hashable, CustomStringConvertible {
    /// The number of bytes.
    public var bytes: Int

    /// That many bytes.
    public init(_ bytes: Int) {
        self.bytes = bytes
    }

    private static let units: [(suffix: String, factor: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// Parses `64KiB`, `16MiB`, `1GiB`, `512B` or plain bytes; nil for anything else.
    public init?(_ text: String) {
        guard let (number, suffix) = splitUnit(text) else { return nil }
        let unit = suffix.isEmpty ? 1 : Self.units.first { $0.suffix == suffix }?.factor
        guard let unit else { return nil }
        let product = number.multipliedReportingOverflow(by: unit)
        guard !product.overflow else { return nil }
        bytes = product.partialValue
    }

    /// The number with the largest unit that divides it.
    public var description: String {
        for (suffix, factor) in Self.units.dropLast()
        where bytes != 0 && bytes.isMultiple(of: factor) {
            return "\(bytes / factor)\(suffix)"
        }
        return "\(bytes)B"
    }
}

extension Duration {
    private static let units: [(suffix: String, milliseconds: Int)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// What every duration matches, as the document has it.
    static let pattern = "^[0-9]+(ms|s|m|h)?$"

    /// Parses `250ms`, `30s`, `5m`, `1h` or plain seconds, whole numbers only; nil for anything else.
    public init?(withUnit text: String) {
        guard let (number, suffix) = splitUnit(text) else { return nil }
        let unit = Self.units.first { $0.suffix == (suffix.isEmpty ? "s" : suffix) }?.milliseconds
        guard let unit else { return nil }
        let product = number.multipliedReportingOverflow(by: unit)
        guard !product.overflow else { return nil }
        self = .milliseconds(product.partialValue)
    }

    /// The duration as it is written in a configuration: `1m`, `250ms`.
    public var textWithUnit: String {
        let (seconds, attoseconds) = components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        for (suffix, factor) in Self.units where milliseconds.isMultiple(of: factor) {
            if milliseconds != 0 || suffix == "s" { return "\(milliseconds / factor)\(suffix)" }
        }
        return "\(milliseconds)ms"
    }

    /// The duration in whole seconds, rounded up.
    var secondsRoundedUp: Int64 {
        components.seconds + (components.attoseconds > 0 ? 1 : 0)
    }
}

/// Splits `64KiB` into 64 and `KiB`; nil when it does not begin with a digit or does not fit.
private func splitUnit(_ text: String) -> (number: Int, suffix: String)? {
    let digits = text.utf8.prefix { $0 &- UInt8(ascii: "0") < 10 }
    guard let number = Int(Substring(digits)) else { return nil }
    return (number, String(text[digits.endIndex...]))
}
