import EventLoop
import FoundationEssentials

/// The time of day, carried forward by the loop's clock, so that a virtual clock moves both.
final class WallClock {
    private let loop: EventLoop
    private let start: MonotonicTime
    private let startNanoseconds: Int64

    init(loop: EventLoop) {
        self.loop = loop
        start = loop.now
        startNanoseconds = Int64(Date().timeIntervalSince1970 * 1e9)
    }

    /// Nanoseconds since 1970 (UTC).
    var nanoseconds: Int64 {
        startNanoseconds + (loop.now.nanoseconds - start.nanoseconds)
    }

    /// Whole seconds since 1970 (UTC).
    var seconds: Int64 { nanoseconds / 1_000_000_000 }
}

/// A point in UTC, for the two formats of dates that the sidecar writes.
struct CalendarTime {
    private var year: Int64
    private var month: Int64
    private var day: Int64
    private var weekday: Int64
    private var second: Int64

    /// - Parameter seconds: since 1970.
    init(secondsSince1970 seconds: Int64) {
        var days = seconds / 86400
        second = seconds % 86400
        if second < 0 {
            second += 86400
            days -= 1
        }
        weekday = ((days % 7) + 11) % 7
        // Civil date from a day count, in years that begin in March so that February ends them.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Month and day, both from 1, and the weekday from Sunday, which is 0.
    var date: (month: Int64, day: Int64, weekday: Int64) { (month, day, weekday) }

    /// `2026-11-23T21:57:20Z` (RFC 3339).
    var rfc3339: String {
        "\(Self.pad(year, 4))-\(Self.pad(month))-\(Self.pad(day))T\(time)Z"
    }

    /// `Mon, 23 Nov 2026 21:57:20 GMT` (RFC 9110, section 5.6.7).
    var httpDate: String {
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        return "\(weekdays[Int(weekday)]), \(Self.pad(day)) \(months[Int(month - 1)])"
            + " \(Self.pad(year, 4)) \(time) GMT"
    }

    private var time: String {
        "\(Self.pad(second / 3600)):\(Self.pad(second / 60 % 60)):\(Self.pad(second % 60))"
    }

    private static func pad(_ number: Int64, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
