extension Duration {
    /// A time since 1970-01-01T00:00:00Z as RFC 3339 writes it, with milliseconds when there are any.
    var pointInTime: String {
        let milliseconds =
            Int64(components.seconds) * 1000 + components.attoseconds / 1_000_000_000_000_000
        let (days, ofDay) = Self.divide(milliseconds, by: 86_400_000)
        let second = ofDay / 1000
        let fraction = ofDay % 1000 == 0 ? "" : "." + Self.digits(ofDay % 1000, 3)
        let time = [second / 3600, second / 60 % 60, second % 60].map { Self.digits($0, 2) }
        return "\(Self.date(days))T\(time.joined(separator: ":"))\(fraction)Z"
    }

    /// The date of a day, counted from 1970-01-01 in the Gregorian calendar: years are taken to begin
    /// in March, so that the day that some of them have more is their last.
    private static func date(_ days: Int64) -> String {
        let (era, dayOfEra) = divide(days + 719_468, by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = era * 400 + yearOfEra + (month < 10 ? 0 : 1)
        return [digits(year, 4), digits(month < 10 ? month + 3 : month - 9, 2), digits(day, 2)]
            .joined(separator: "-")
    }

    /// Division whose remainder is not negative.
    private static func divide(
        _ number: Int64, by divisor: Int64
    ) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func digits(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
