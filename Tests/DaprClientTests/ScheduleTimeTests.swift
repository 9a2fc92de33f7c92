import Testing

@testable import DaprClient

@Suite("Times of reminders, timers and jobs")
struct ScheduleTimeTests {
    @Test(
        "durations are sent in Go's form, which both APIs read; days are hours there",
        arguments: [
            (Duration.zero, "0s"), (.seconds(1), "1s"), (.seconds(60), "1m0s"),
            (.seconds(3600), "1h0m0s"), (.seconds(26 * 3600 + 61), "26h1m1s"),
            (.milliseconds(1500), "1.5s"), (.milliseconds(20), "0.02s"),
            (.nanoseconds(1), "0.000000001s"), (.seconds(365 * 86400), "8760h0m0s"),
        ])
    func durations(duration: Duration, text: String) throws {
        #expect(try ScheduleTime.after(duration).text(of: "due time") == text)
        #expect(DurationText.parse(text) == duration)
    }

    @Test(
        "both forms of a duration are read",
        arguments: [
            ("1h30m", Duration.seconds(5400)), ("1.5h", .seconds(5400)),
            ("100ms", .milliseconds(100)),
            ("0", .zero), ("2us", .microseconds(2)), ("2\u{B5}s", .microseconds(2)),
            ("P1D", .seconds(86400)), ("P2W", .seconds(14 * 86400)),
            ("P1DT2H3M4S", .seconds(86400 + 7384)), ("PT0.5S", .milliseconds(500)),
            ("PT1M", .seconds(60)), (".5s", .milliseconds(500)),
        ])
    func read(text: String, duration: Duration) throws {
        #expect(try ScheduleTime(text) == .after(duration))
        #expect(try ActorPeriod(text) == .every(duration))
    }

    @Test(
        "periods with repetitions go out in ISO 8601",
        arguments: [
            ("R5/PT10S", ActorPeriod(.seconds(10), repetitions: 5), "R5/PT10S"),
            ("R2/P1D", ActorPeriod(.seconds(86400), repetitions: 2), "R2/PT86400S"),
            ("@every 90s", .every(.seconds(90)), "1m30s"),
            ("P1D", .every(.seconds(86400)), "24h0m0s"),
        ])
    func periods(text: String, period: ActorPeriod, sent: String) throws {
        #expect(try ActorPeriod(text) == period)
        #expect(try period.text() == sent)
    }

    @Test(
        "points in time are those of RFC 3339, and are sent in UTC",
        arguments: [
            ("2026-11-24T06:00:00Z", "2026-11-24T06:00:00Z", 1_795_500_000_000),
            ("2026-11-24T06:00:00.25Z", "2026-11-24T06:00:00.250Z", 1_795_500_000_250),
            ("2026-11-24T06:00:00+01:00", "2026-11-24T05:00:00Z", 1_795_496_400_000),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z", -500),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", -62_135_596_800_000),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] as [(String, String, Int64)])
    func points(text: String, sent: String, milliseconds: Int64) throws {
        let time = try Timestamp(text)
        #expect(try ScheduleTime(text) == .at(time))
        #expect(try ScheduleTime.at(time).text(of: "ttl") == sent)
        #expect(time.sinceEpoch == .milliseconds(milliseconds))
        #expect(try Timestamp(sinceEpoch: .milliseconds(milliseconds)) == time)
    }

    @Test("points in time are ordered, have whole nanoseconds, and years of four digits")
    func pointsInOrder() throws {
        let early = try Timestamp("2026-11-24T06:00:00Z")
        #expect(try early < Timestamp("2026-11-24T06:00:00.000000001Z"))
        #expect(try early > Timestamp("2026-11-24T06:00:00+00:01"))
        let half = Duration(secondsComponent: 0, attosecondsComponent: 500_000_000)
        #expect(try Timestamp(sinceEpoch: early.sinceEpoch + half) == early)
        #expect(try Timestamp(sinceEpoch: .zero - half).sinceEpoch == .nanoseconds(-1))
        for duration in [
            Duration.seconds(253_402_300_800), .seconds(-62_135_596_800) - half,
            .seconds(Int64.max), .seconds(Int64.min),
        ] {
            let error = #expect(throws: DaprError.self) { try Timestamp(sinceEpoch: duration) }
            #expect(error?.kind == .invalidArgument)
        }
        for text in ["2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "soon", "", "\""] {
            #expect(throws: DaprError.self) { try Timestamp(text) }
        }
    }

    @Test("a sidecar's text in another form stays reachable, and goes out as it is")
    func otherForms() throws {
        for text in ["P1M", "soon", ""] {
            #expect(ScheduleTime(answered: text) == .other(text))
            #expect(try ScheduleTime.other(text).text(of: "due time") == text)
        }
        #expect(ScheduleTime(answered: "1h0m0s") == .after(.seconds(3600)))
        let reminder = RegisteredReminder(
            actor: ActorReference(type: "T", id: "1"), name: "r", periodText: "P1M")
        #expect(reminder.period == nil && reminder.periodText == "P1M")
        #expect(JobSchedule.every(.seconds(90)).interval == .seconds(90))
        #expect(JobSchedule("0 30 6 * * *").interval == nil && JobSchedule.daily.interval == nil)
    }

    @Test(
        "what is no time is an invalid argument",
        arguments: [
            "", "1", "s", "1x", "-1s", "P", "PT", "P1M", "P1Y", "PT1D", "P1H", "PT1S1M", "P1D1D",
            "1h 2m", "2026-11-24", "2026-11-24T06:00:00", "2026-11-24 06:00:00Z",
            "2026-11-24T06:00:00.Z", "99999999999999999999h", "9999999999h", "1..5s", "1.5.5s",
            // Over 292 years: in one part, which once trapped, and in two.
            "515555555515s", "9223372037s", "9000000000s9000000000s", "P100000DT200000H",
            "P200000D",
        ])
    func invalid(text: String) {
        #expect(throws: DaprError.self) { try ScheduleTime(text) }
        let error = #expect(throws: DaprError.self) { try ActorPeriod(text) }
        #expect(error?.kind == .invalidArgument)
        #expect(error?.isUnprocessed == true)
    }

    @Test("periods that cannot be are refused before anything is sent")
    func refusedPeriods() {
        for period in [
            ActorPeriod(.zero), ActorPeriod(.seconds(-1)), ActorPeriod(.seconds(1), repetitions: 0),
            ActorPeriod(.milliseconds(1500), repetitions: 2),
        ] {
            let error = #expect(throws: DaprError.self) { try period.text() }
            #expect(error?.kind == .invalidArgument)
        }
        #expect(throws: DaprError.self) { try ActorPeriod("R/PT1S") }
        #expect(throws: DaprError.self) { try ActorPeriod("Rx/PT1S") }
        #expect(throws: DaprError.self) { try ActorPeriod("R5/1s") }
        #expect(throws: DaprError.self) { try ScheduleTime.after(.seconds(-1)).text(of: "x") }
    }
}
