/// `google.protobuf.Timestamp` as JSON has it: RFC 3339.
enum TimestampText {
    /// The first and last second that a timestamp can have: the years 1 to 9999.
    private static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// nil for what is no time, or out of range.
    static func parse(_ text: String) -> (seconds: Int64, nanos: Int32)? {
        var rest = Array(text.utf8)[...]
        guard let year = take(4, &rest), year >= 1, take("-", &rest),
            let month = take(2, &rest), (1...12).contains(month), take("-", &rest),
            let day = take(2, &rest), (1...days(in: month, of: year)).contains(day),
            take("T", &rest), let hour = take(2, &rest), hour < 24, take(":", &rest),
            let minute = take(2, &rest), minute < 60, take(":", &rest),
            let second = take(2, &rest), second < 60
        else { return nil }
        var nanos: Int32 = 0
        if take(".", &rest) {
            guard let fraction = Fraction.take(&rest) else { return nil }
            nanos = fraction
        }
        var offset: Int64 = 0
        if !take("Z", &rest) {
            guard let sign = rest.popFirst(), sign == 0x2B || sign == 0x2D,
                let hours = take(2, &rest), hours < 24, take(":", &rest),
                let minutes = take(2, &rest), minutes < 60
            else { return nil }
            offset = (sign == 0x2B ? 1 : -1) * (hours * 3600 + minutes * 60)
        }
        guard rest.isEmpty else { return nil }
        let seconds =
            daysSinceEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
        return range.contains(seconds) ? (seconds, nanos) : nil
    }

    /// nil for what is out of range.
    static func text(seconds: Int64, nanos: Int64) -> String? {
        guard range.contains(seconds), (0..<1_000_000_000).contains(nanos) else { return nil }
        let day = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
        let clock = seconds - day * 86400
        let (year, month, date) = civil(day)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(date, 2) + "T"
            + padded(clock / 3600, 2) + ":" + padded(clock / 60 % 60, 2) + ":"
            + padded(clock % 60, 2) + Fraction.text(nanos) + "Z"
    }

    private static func take(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private static func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.count >= count else { return nil }
        var value: Int64 = 0
        for _ in 0..<count {
            let digit = rest.removeFirst() &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    private static func padded(_ value: Int64, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2:
            year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
                ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days before a year, counted from year 1 of the proleptic Gregorian calendar.
    private static func daysBefore(_ year: Int64) -> Int64 {
        let past = year - 1
        return past * 365 + past / 4 - past / 100 + past / 400
    }

    /// The days from year 1 to 1970.
    private static let epoch = daysBefore(1970)

    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        var count = daysBefore(year) - epoch + day - 1
        for earlier in 1..<month { count += days(in: earlier, of: year) }
        return count
    }

    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // A first guess that is never too late, and at most a year too early.
        var year = max(1, (day + epoch) * 400 / 146_097)
        while daysBefore(year + 1) <= day + epoch { year += 1 }
        var rest = day + epoch - daysBefore(year)
        var month: Int64 = 1
        while rest >= days(in: month, of: year) {
            rest -= days(in: month, of: year)
            month += 1
        }
        return (year, month, rest + 1)
    }
}

/// `google.protobuf.Duration` as JSON has it: `1.5s`.
enum DurationText {
    /// About 10 000 years in either direction.
    private static let limit: Int64 = 315_576_000_000

    /// nil for what is no duration, or out of range.
    static func parse(_ text: String) -> (seconds: Int64, nanos: Int32)? {
        var rest = Array(text.utf8)[...]
        guard rest.popLast() == UInt8(ascii: "s") else { return nil }
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        let digits = rest.prefix { $0 &- UInt8(ascii: "0") < 10 }
        rest = rest.dropFirst(digits.count)
        guard let seconds = Int64(String(decoding: digits, as: UTF8.self)), seconds <= limit else {
            return nil
        }
        var nanos: Int32 = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard let fraction = Fraction.take(&rest) else { return nil }
            nanos = fraction
        }
        guard rest.isEmpty, seconds < limit || nanos == 0 else { return nil }
        return isNegative ? (-seconds, -nanos) : (seconds, nanos)
    }

    /// nil for what is out of range, or whose parts have different signs.
    static func text(seconds: Int64, nanos: Int64) -> String? {
        guard (-limit...limit).contains(seconds), (-999_999_999...999_999_999).contains(nanos),
            seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
        else { return nil }
        let sign = seconds < 0 || nanos < 0 ? "-" : ""
        return "\(sign)\(seconds.magnitude)\(Fraction.text(Int64(nanos.magnitude)))s"
    }
}

/// Parts of a second.
enum Fraction {
    /// One to nine digits, as nanoseconds.
    static func take(_ rest: inout ArraySlice<UInt8>) -> Int32? {
        let digits = rest.prefix { $0 &- UInt8(ascii: "0") < 10 }
        guard (1...9).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let padding = String(repeating: "0", count: 9 - digits.count)
        return Int32(String(decoding: digits, as: UTF8.self) + padding)
    }

    /// A dot and 3, 6 or 9 digits, as few as it takes; nothing for none.
    static func text(_ nanos: Int64) -> String {
        guard nanos != 0 else { return "" }
        let digits = String(String(1_000_000_000 + nanos).dropFirst())
        let count = nanos % 1_000_000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9
        return "." + digits.prefix(count)
    }
}
