/// The `Date` of responses, made once a second.
final class DateCache {
    private let clock: WallClock
    private var second = Int64.min
    private var text: [UInt8] = []

    init(clock: WallClock) {
        self.clock = clock
    }

    /// The current time, formatted.
    var current: [UInt8] {
        let now = clock.seconds
        if now != second {
            second = now
            text = Array(CalendarTime(secondsSince1970: now).httpDate.utf8)
        }
        return text
    }
}
