import DaprProtos
import EventLoop
import TestSupport
import Testing

@testable import DevSidecar

@Suite("When jobs run")
struct JobScheduleTests {
    /// 2026-11-24T01:02:03Z, a Tuesday.
    private static let now: Int64 = 1_795_482_123 * 1_000_000_000

    private static func text(_ nanoseconds: Int64?) -> String? {
        nanoseconds.map {
            CalendarTime(secondsSince1970: $0 / 1_000_000_000).rfc3339
        }
    }

    @Test(
        "a schedule gives the next point in time",
        arguments: [
            ("0 * * * * *", "2026-11-24T01:03:00Z"),
            ("*/15 * * * * *", "2026-11-24T01:02:15Z"),
            ("0 30 6 * * MON-FRI", "2026-11-24T06:30:00Z"),
            ("0 0 0 1 JAN *", "2027-01-01T00:00:00Z"),
            ("0 0 0 29 2 *", "2028-02-29T00:00:00Z"),
            // Two fields for days: either is enough.
            ("0 0 12 30 * WED", "2026-11-25T12:00:00Z"),
            ("1,2 2-4 1/2 ? * *", "2026-11-24T01:03:01Z"),
            ("@every 90s", "2026-11-24T01:03:33Z"),
            ("@every 1ms", "2026-11-24T01:02:04Z"),
            ("@hourly", "2026-11-24T02:00:00Z"),
            ("@daily", "2026-11-25T00:00:00Z"),
            ("@midnight", "2026-11-25T00:00:00Z"),
            ("@weekly", "2026-11-29T00:00:00Z"),
            ("@monthly", "2026-12-01T00:00:00Z"),
            ("@yearly", "2027-01-01T00:00:00Z"),
        ])
    func next(schedule: String, expected: String) throws {
        let schedule = try #require(CronSchedule(schedule))
        #expect(Self.text(schedule.next(after: Self.now)) == expected)
    }

    @Test("a day that never comes gives none")
    func never() throws {
        let schedule = try #require(CronSchedule("0 0 0 31 2 *"))
        #expect(schedule.next(after: Self.now) == nil)
    }

    @Test(
        "what is no schedule is refused",
        arguments: [
            "", "* * * * *", "60 * * * * *", "* * 24 * * *", "* * * 0 * *", "* * * * 13 *",
            "* * * * * 7", "5-1 * * * * *", "*/0 * * * * *", "a * * * * *", "1,,2 * * * * *",
            "@every", "@every x", "@every 0s", "@sometimes", "1/2/3 * * * * *",
        ])
    func malformed(schedule: String) {
        #expect(CronSchedule(schedule) == nil)
    }

    private func job(
        schedule: String? = nil, due: String? = nil, repeats: UInt32? = nil, ttl: String? = nil
    ) throws -> JobSchedule {
        var job = Dapr_Proto_Runtime_V1_Job()
        if let schedule { job.schedule = schedule }
        if let due { job.dueTime = due }
        if let repeats { job.repeats = repeats }
        if let ttl { job.ttl = ttl }
        return try JobSchedule(job, now: Self.now)
    }

    /// When a job runs, in seconds from now; at most five times.
    private func runs(_ schedule: JobSchedule) -> [Int64] {
        var schedule = schedule
        var runs: [Int64] = []
        while let next = schedule.next, runs.count < 5 {
            runs.append((next - Self.now) / 1_000_000_000)
            schedule.ran(now: next)
        }
        return runs
    }

    @Test("due time, repeats and ttl decide how often a job runs")
    func repetition() throws {
        #expect(runs(try job(due: "10s")) == [10])
        #expect(runs(try job(due: "PT1M")) == [60])
        #expect(runs(try job(due: "2026-11-24T01:02:13Z")) == [10])
        #expect(runs(try job(schedule: "@every 2s")) == [2, 4, 6, 8, 10])
        #expect(runs(try job(schedule: "@every 2s", repeats: 3)) == [2, 4, 6])
        #expect(runs(try job(schedule: "@every 2s", due: "1s", repeats: 2)) == [1, 3])
        #expect(runs(try job(schedule: "@every 2s", ttl: "5s")) == [2, 4])
    }

    @Test("times that are none are refused")
    func faults() {
        let times: [(String, String?)] = [
            ("soon", nil), ("1s", "later"), ("10s", "5s"), ("1s", "0s"),
        ]
        for (due, ttl) in times {
            #expect(throws: JobSchedule.Fault.self) { try job(due: due, ttl: ttl) }
        }
        #expect(throws: JobSchedule.Fault.self) { try job(schedule: "x") }
    }
}

@Suite("Workflow instances without workers")
struct WorkflowInstancesTests {
    private let clock = ManualClock()

    private func instances(
        _ limits: WorkflowInstances.Limits = .init()
    ) throws -> WorkflowInstances {
        WorkflowInstances(
            clock: WallClock(loop: try EventLoop(clock: clock)), limits: limits)
    }

    @Test("an instance is pending until its time has come, then runs until it is terminated")
    func life() throws {
        let instances = try instances()
        try instances.start("i", name: "w", input: "1", at: instances.now + 5_000_000_000)
        func status() -> String? { instances["i"]?.status(at: instances.now) }
        #expect(status() == "PENDING")
        clock.advance(by: .seconds(5))
        #expect(status() == "RUNNING")
        try instances.suspend("i", true)
        #expect(status() == "SUSPENDED")
        try instances.suspend("i", false)
        #expect(status() == "RUNNING")
        #expect(throws: WorkflowInstances.Fault.self) { try instances.purge("i") }
        try instances.terminate("i")
        #expect(status() == "TERMINATED")
        // What comes later changes nothing.
        try instances.raise("e", for: "i")
        #expect(instances["i"]?.events == [])
        try instances.purge("i")
        #expect(instances["i"] == nil)
    }

    @Test("an id is free again when its instance is over")
    func again() throws {
        let instances = try instances()
        try instances.start("i", name: "w", input: "", at: nil)
        #expect(throws: WorkflowInstances.Fault.self) {
            try instances.start("i", name: "w", input: "", at: nil)
        }
        try instances.terminate("i")
        try instances.start("i", name: "v", input: "", at: nil)
        #expect(instances["i"]?.name == "v")
    }

    @Test("instances, inputs and events are bounded")
    func bounds() throws {
        let instances = try instances(.init(instances: 2, bytes: 3, events: 2))
        try instances.start("a", name: "w", input: "12", at: nil)
        #expect(throws: WorkflowInstances.Fault.self) {
            try instances.start("b", name: "w", input: "12", at: nil)
        }
        try instances.start("b", name: "w", input: "1", at: nil)
        #expect(throws: WorkflowInstances.Fault.self) {
            try instances.start("c", name: "w", input: "", at: nil)
        }
        for event in ["1", "2", "3"] { try instances.raise(event, for: "a") }
        #expect(instances["a"]?.events == ["2", "3"])
        try instances.terminate("a")
        try instances.purge("a")
        try instances.start("c", name: "w", input: "12", at: nil)
    }
}

@Suite("Scrubbing")
struct PersonalDataTests {
    @Test(
        "mail addresses and numbers of ten digits are replaced, all else stays",
        arguments: [
            ("mail me at a@b.example or 555-123-4567", "mail me at <EMAIL_ADDRESS> or <ISBN>"),
            ("a@b.example.", "<EMAIL_ADDRESS>."), ("5551234567!", "<ISBN>!"),
            ("a@b, @, x@.y", "a@b, @, x@.y"), ("12-34 é 5", "12-34 é 5"), ("...", "..."),
            ("", ""),
        ])
    func scrub(text: String, expected: String) {
        #expect(PersonalData.scrubbed(text) == expected)
    }
}
