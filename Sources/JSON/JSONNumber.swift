/// A JSON number as it was written: `1.0`, `1` and `1e0` are three different ones.
public struct JSONNumber: Sendable, Hashable {
    /// The source text, always valid by RFC 8259 section 6.
    public let text: String

    /// Text the scanner has already accepted.
    init(scanned text: String) {
        self.text = text
    }

    /// A number from its text; `nil` unless the whole text is one JSON number.
    public init?(text: String) {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || isDigit(first) else {
            return nil
        }
        guard isValidJSON(text.utf8.span), let last = text.utf8.last, isDigit(last) else {
            return nil
        }
        self.text = text
    }

    /// A whole number.
    public init(_ value: some FixedWidthInteger) {
        text = String(value)
    }

    /// A double, written as Go writes it (``goFormatted(_:)``); `nil` for infinities and NaN, which
    /// JSON cannot express.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = goFormatted(value)
    }

    /// The value, if the text has neither fraction nor exponent and fits an `Int`.
    public var int: Int? { Int(text) }

    /// The nearest double; infinite when the number is beyond the range of doubles.
    public var double: Double {
        guard let double = Double(text) else {
            preconditionFailure("a JSON number is always a Swift floating point text")
        }
        return double
    }
}

func isDigit(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10
}
