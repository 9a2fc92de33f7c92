import EventLoop

/// When a job runs again and again: cron with six fields, the first for seconds, or one of the
/// forms that begin with `@`. In UTC.
enum CronSchedule {
    /// At a fixed distance, in nanoseconds.
    case every(Int64)
    case cron(Fields)

    /// Reads a schedule; nil when it is none.
    init?(_ text: String) {
        switch text {
        case "@yearly", "@annually": self.init("0 0 0 1 1 *")
        case "@monthly": self.init("0 0 0 1 * *")
        case "@weekly": self.init("0 0 0 * * 0")
        case "@daily", "@midnight": self.init("0 0 0 * * *")
        case "@hourly": self.init("0 0 * * * *")
        case let text where text.hasPrefix("@every "):
            guard let duration = ScheduleTime.duration(String(text.dropFirst(7))),
                duration > .zero
            else { return nil }
            // Nothing runs more often than each second.
            self = .every(max(duration.nanosecondsClamped, 1_000_000_000))
        default:
            guard let fields = Fields(text) else { return nil }
            self = .cron(fields)
        }
    }

    /// The first point after `now` (both nanoseconds since 1970); nil when there is none within
    /// five years.
    func next(after now: Int64) -> Int64? {
        switch self {
        case .every(let interval):
            let sum = now.addingReportingOverflow(interval)
            return sum.overflow ? nil : sum.partialValue
        case .cron(let fields):
            return fields.next(after: now / 1_000_000_000).map { $0 * 1_000_000_000 }
        }
    }

    /// What the six fields allow, as sets of bits.
    struct Fields {
        private var seconds: UInt64
        private var minutes: UInt64
        private var hours: UInt64
        private var days: UInt64
        private var months: UInt64
        private var weekdays: UInt64
        /// Whether both fields for days say something: then one of them is enough.
        private var isEitherDay: Bool

        init?(_ text: String) {
            let parts = text.split(separator: " ")
            guard parts.count == 6, let seconds = Self.bits(parts[0], 0...59),
                let minutes = Self.bits(parts[1], 0...59),
                let hours = Self.bits(parts[2], 0...23), let days = Self.bits(parts[3], 1...31),
                let months = Self.bits(
                    parts[4], 1...12,
                    names: [
                        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT",
                        "NOV", "DEC",
                    ]),
                let weekdays = Self.bits(
                    parts[5], 0...6,
                    names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])
            else { return nil }
            self.seconds = seconds
            self.minutes = minutes
            self.hours = hours
            self.days = days
            self.months = months
            self.weekdays = weekdays
            isEitherDay = !"*?".contains(parts[3].prefix(1)) && !"*?".contains(parts[5].prefix(1))
        }

        /// Reads `*`, `?`, `a`, `a-b`, each with `/step`, and lists of them.
        private static func bits(
            _ text: Substring, _ range: ClosedRange<Int>, names: [String] = []
        ) -> UInt64? {
            func number(_ text: Substring) -> Int? {
                if let index = names.firstIndex(of: text.uppercased()) {
                    return index + range.lowerBound
                }
                guard let number = Int(text), range.contains(number) else { return nil }
                return number
            }
            var bits: UInt64 = 0
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let halves = part.split(separator: "/", omittingEmptySubsequences: false)
                guard let span = halves.first, halves.count <= 2 else { return nil }
                let step = halves.count == 2 ? Int(halves[1]) : 1
                guard let step, step > 0 else { return nil }
                let ends = span.split(separator: "-", omittingEmptySubsequences: false)
                let first: Int
                let last: Int
                if span == "*" || span == "?" {
                    (first, last) = (range.lowerBound, range.upperBound)
                } else if ends.count == 1, let only = number(ends[0]) {
                    (first, last) = (only, halves.count == 2 ? range.upperBound : only)
                } else if ends.count == 2, let low = number(ends[0]), let high = number(ends[1]),
                    low <= high
                {
                    (first, last) = (low, high)
                } else {
                    return nil
                }
                for value in stride(from: first, through: last, by: step) { bits |= 1 << value }
            }
            return bits
        }

        func next(after now: Int64) -> Int64? {
            var second = now + 1
            let end = now + 5 * 366 * 86400
            while second <= end {
                let time = CalendarTime(secondsSince1970: second)
                let (month, day, weekday) = time.date
                let inDay = second - second.floored(to: 86400)
                guard months & (1 << month) != 0, allows(day: day, weekday: weekday) else {
                    second += 86400 - inDay
                    continue
                }
                guard hours & (1 << (inDay / 3600)) != 0 else {
                    second += 3600 - inDay % 3600
                    continue
                }
                guard minutes & (1 << (inDay / 60 % 60)) != 0 else {
                    second += 60 - inDay % 60
                    continue
                }
                guard seconds & (1 << (inDay % 60)) != 0 else {
                    second += 1
                    continue
                }
                return second
            }
            return nil
        }

        private func allows(day: Int64, weekday: Int64) -> Bool {
            let isDay = days & (1 << day) != 0
            let isWeekday = weekdays & (1 << weekday) != 0
            return isEitherDay ? isDay || isWeekday : isDay && isWeekday
        }
    }
}

extension Int64 {
    /// The greatest multiple of `unit` that is not greater.
    fileprivate func floored(to unit: Int64) -> Int64 {
        self - ((self % unit) + unit) % unit
    }
}
