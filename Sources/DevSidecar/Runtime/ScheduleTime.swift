import EventLoop

/// What stands in `dueTime`, `period` and `ttl`, as Dapr reads it: durations of Go and ISO 8601,
/// points in time by RFC 3339.
enum ScheduleTime {
    /// A time between two firings, and how often it fires at all.
    struct Period {
        var interval: Duration
        var repetitions: Int?
        /// As the scheduler words it.
        var text: String { "@every " + goText(interval) }
    }

    /// How long until a text's time, counted from `now` (nanoseconds since 1970); nil when it is no
    /// time.
    static func delay(_ text: String, now: Int64) -> Duration? {
        if let duration = duration(text) { return duration }
        guard let point = nanoseconds(rfc3339: text) else { return nil }
        return .nanoseconds(point > now ? point - now : 0)
    }

    /// Reads a period; nil when it is none.
    ///
    /// - Parameter allowsDays: the scheduler, which has the reminders, takes no days.
    static func period(_ text: String, allowsDays: Bool) -> Period? {
        var rest = text[...]
        var repetitions: Int?
        if rest.hasPrefix("@every ") {
            rest = rest.dropFirst(7)
        } else if rest.hasPrefix("R"), let slash = rest.firstIndex(of: "/") {
            guard let count = Int(rest[..<slash].dropFirst()), count > 0 else { return nil }
            repetitions = count
            rest = rest[rest.index(after: slash)...]
        }
        let hasDays = rest.hasPrefix("P") && !rest.hasPrefix("PT")
        guard allowsDays || !hasDays, let interval = duration(String(rest)), interval > .zero
        else { return nil }
        return Period(interval: interval, repetitions: repetitions)
    }

    // MARK: - Durations

    static func duration(_ text: String) -> Duration? {
        text.hasPrefix("P") ? iso8601(text) : goDuration(text)
    }

    private static func goDuration(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        let units: [String: Double] = [
            "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "\u{B5}s": 1e-6,
            "\u{3BC}s": 1e-6, "ns": 1e-9,
        ]
        var rest = text[...]
        var sum: Duration?
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !$0.isNumber && $0 != "." }
            rest = rest.dropFirst(unit.count)
            guard let count = Double(number), let seconds = units[String(unit)], count < 1e9 else {
                return nil
            }
            sum = (sum ?? .zero) + .seconds(count * seconds)
        }
        return sum
    }

    /// Whole numbers only; months have 30 days and years 365, where Dapr would use the calendar.
    private static func iso8601(_ text: String) -> Duration? {
        var rest = text.dropFirst()
        var isTime = false
        var sum: Duration?
        while let character = rest.first {
            if character == "T", !isTime {
                isTime = true
                rest = rest.dropFirst()
                continue
            }
            let number = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(number.count)
            guard let count = Int64(number), count < 1_000_000, let unit = rest.popFirst() else {
                return nil
            }
            let days: [Character: Int64] = ["Y": 365, "M": 30, "W": 7, "D": 1]
            let seconds: [Character: Int64] = ["H": 3600, "M": 60, "S": 1]
            guard let length = isTime ? seconds[unit] : days[unit].map({ $0 * 86400 }) else {
                return nil
            }
            sum = (sum ?? .zero) + .seconds(count * length)
        }
        return sum
    }

    /// As Go writes it, such as `1h0m0.5s`.
    static func goText(_ duration: Duration) -> String {
        let nanoseconds = duration.nanosecondsClamped
        let seconds = nanoseconds / 1_000_000_000
        let fraction = nanoseconds % 1_000_000_000
        if seconds == 0, fraction > 0 {
            let (count, unit) =
                fraction >= 1_000_000
                ? (Double(fraction) / 1e6, "ms")
                : fraction >= 1000 ? (Double(fraction) / 1e3, "µs") : (Double(fraction), "ns")
            return number(count) + unit
        }
        var text = ""
        if seconds >= 3600 { text += "\(seconds / 3600)h" }
        if seconds >= 60 { text += "\(seconds / 60 % 60)m" }
        return text + number(Double(seconds % 60) + Double(fraction) / 1e9) + "s"
    }

    private static func number(_ number: Double) -> String {
        number == number.rounded() ? String(Int64(number)) : String(number)
    }

    // MARK: - Points in time

    /// Nanoseconds since 1970; nil when the text is no point in time.
    static func nanoseconds(rfc3339 text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            let digits = bytes[range]
            guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }
        let marks: [(Int, UInt8)] = [(4, 0x2D), (7, 0x2D), (10, 0x54), (13, 0x3A), (16, 0x3A)]
        guard marks.allSatisfy({ bytes[$0.0] == $0.1 }),
            let year = number(0..<4), let month = number(5..<7), (1...12).contains(month),
            let day = number(8..<10), (1...31).contains(day), let hour = number(11..<13),
            hour < 24, let minute = number(14..<16), minute < 60,
            let second = number(17..<19), second <= 60
        else { return nil }
        var rest = bytes[19...]
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            for position in 0..<9 {
                let digit = position < digits.count ? digits[digits.startIndex + position] : 0x30
                fraction = fraction * 10 + Int64(digit - 0x30)
            }
            rest = rest.dropFirst(digits.count + 1)
        }
        var offset: Int64 = 0
        if !rest.elementsEqual("Z".utf8) {
            let start = rest.startIndex
            guard rest.count == 6, [0x2B, 0x2D].contains(bytes[start]),
                let hours = number(start + 1..<start + 3), bytes[start + 3] == 0x3A,
                let minutes = number(start + 4..<start + 6)
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[start] == 0x2B ? 60 : -60)
        }
        let days = daysSince1970(year, month, day)
        let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
        let (scaled, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        // Beyond what can be counted (the year 2262): never, or long ago.
        guard !isTooLarge else { return seconds > 0 ? .max : 0 }
        let sum = scaled.addingReportingOverflow(fraction)
        return sum.overflow ? .max : sum.partialValue
    }

    /// In years that begin in March, so that February ends them.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
