import EventLoop

/// Durations as texts, in the two forms that Dapr reads.
enum DurationText {
    /// As Go writes it, such as `26h0m0.5s`. Parts of a nanosecond are cut off.
    static func go(_ duration: Duration) -> String {
        let nanoseconds = duration.nanosecondsClamped
        let seconds = nanoseconds / 1_000_000_000
        var text = ""
        if seconds >= 3600 { text += "\(seconds / 3600)h" }
        if seconds >= 60 { text += "\(seconds / 60 % 60)m" }
        text += "\(seconds % 60)"
        var fraction = nanoseconds % 1_000_000_000
        guard fraction > 0 else { return text + "s" }
        var width = 9
        while fraction % 10 == 0 {
            fraction /= 10
            width -= 1
        }
        let digits = String(fraction)
        return text + "." + String(repeating: "0", count: width - digits.count) + digits + "s"
    }

    /// Reads Go's form or that of ISO 8601, none of them negative, nor over 292 years: Go has no more.
    static func parse(_ text: String) -> Duration? {
        let sum = text.hasPrefix("P") ? iso8601(text.utf8.dropFirst()) : goForm(text.utf8[...])
        guard let sum, sum <= Duration.nanoseconds(Int64.max) else { return nil }
        return sum
    }

    // MARK: - Go

    private static func goForm(_ text: Substring.UTF8View) -> Duration? {
        guard !text.elementsEqual("0".utf8) else { return .zero }
        var rest = text
        var sum: Duration?
        while !rest.isEmpty {
            guard let number = Number(&rest) else { return nil }
            let unit = rest.prefix { $0 != UInt8(ascii: ".") && !isDigit($0) }
            rest = rest.dropFirst(unit.count)
            let nanoseconds: Int64
            switch Substring(unit) {
            case "h": nanoseconds = 3_600_000_000_000
            case "m": nanoseconds = 60_000_000_000
            case "s": nanoseconds = 1_000_000_000
            case "ms": nanoseconds = 1_000_000
            // The micro sign and the Greek letter, as in Go.
            case "us", "\u{B5}s", "\u{3BC}s": nanoseconds = 1000
            case "ns": nanoseconds = 1
            default: return nil
            }
            guard let part = number.duration(unit: nanoseconds) else { return nil }
            sum = (sum ?? .zero) + part
        }
        return sum
    }

    // MARK: - ISO 8601

    /// `P` is gone; a day has 24 hours. Months and years have no fixed length.
    private static func iso8601(_ text: Substring.UTF8View) -> Duration? {
        var rest = text
        var sum: Duration?
        var isTime = false
        // Each unit at most once, in this order.
        var units = "WDHMS".utf8[...]
        while !rest.isEmpty {
            if rest.first == UInt8(ascii: "T") {
                guard !isTime, rest.count > 1 else { return nil }
                isTime = true
                rest = rest.dropFirst()
                continue
            }
            guard let number = Number(&rest), let unit = rest.popFirst(),
                let position = units.firstIndex(of: unit)
            else { return nil }
            units = units[units.index(after: position)...]
            let seconds: Int64
            switch unit {
            case UInt8(ascii: "W") where !isTime: seconds = 7 * 86400
            case UInt8(ascii: "D") where !isTime: seconds = 86400
            case UInt8(ascii: "H") where isTime: seconds = 3600
            case UInt8(ascii: "M") where isTime: seconds = 60
            case UInt8(ascii: "S") where isTime: seconds = 1
            default: return nil
            }
            guard let part = number.duration(unit: seconds * 1_000_000_000) else { return nil }
            sum = (sum ?? .zero) + part
        }
        return sum
    }

    // MARK: - Numbers

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// A decimal number, whole or with a fraction, as an integer and how much it is scaled.
    private struct Number {
        private var digits: Int64 = 0
        private var scale: Int64 = 1

        /// Takes the number at the beginning.
        init?(_ text: inout Substring.UTF8View) {
            var count = 0
            var hasPoint = false
            while let byte = text.first {
                if byte == UInt8(ascii: "."), !hasPoint {
                    hasPoint = true
                } else if DurationText.isDigit(byte) {
                    count += 1
                    guard append(byte - UInt8(ascii: "0"), isFraction: hasPoint) else { return nil }
                } else {
                    break
                }
                text = text.dropFirst()
            }
            guard count > 0 else { return nil }
        }

        private mutating func append(_ digit: UInt8, isFraction: Bool) -> Bool {
            // What lies below a nanosecond counts nothing.
            if isFraction, scale == 1_000_000_000_000 { return true }
            let (shifted, isTooLarge) = digits.multipliedReportingOverflow(by: 10)
            guard !isTooLarge, shifted <= .max - Int64(digit) else { return false }
            digits = shifted + Int64(digit)
            if isFraction { scale *= 10 }
            return true
        }

        /// So many units of so many nanoseconds; nil when that is more than 292 years.
        func duration(unit: Int64) -> Duration? {
            // Without signs, so that a quotient that is too large for one can still be looked at.
            let product = digits.magnitude.multipliedFullWidth(by: unit.magnitude)
            guard product.high < scale.magnitude else { return nil }
            let (quotient, _) = scale.magnitude.dividingFullWidth(product)
            return Int64(exactly: quotient).map { .nanoseconds($0) }
        }
    }
}

/// Points in time as texts.
enum PointInTime {
    /// Whether a text has the form of RFC 3339, such as `2026-11-24T06:00:00.5+01:00`.
    static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, matches(bytes[..<19], "dddd-dd-ddTdd:dd:dd") else { return false }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { matches([$0], "d") }
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(fraction.count + 1)
        }
        return rest.elementsEqual("Z".utf8) || matches(rest, "+dd:dd") || matches(rest, "-dd:dd")
    }

    private static func matches(_ bytes: ArraySlice<UInt8>, _ pattern: String) -> Bool {
        bytes.count == pattern.utf8.count
            && zip(bytes, pattern.utf8).allSatisfy { byte, wanted in
                wanted == UInt8(ascii: "d")
                    ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == wanted
            }
    }
}
