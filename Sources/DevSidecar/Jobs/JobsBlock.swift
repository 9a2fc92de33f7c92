import DaprProtos
import EventLoop
import JSON
import SwiftProtobuf

/// Jobs: kept in memory, and run when they are due. Who asks sees them until they are over.
final class JobsBlock: BuildingBlock {
    typealias Job = Dapr_Proto_Runtime_V1_Job

    private final class Entry {
        let job: Job
        var schedule: JobSchedule
        var runs = 0
        var timer: LoopTimer?

        init(_ job: Job, _ schedule: JobSchedule) {
            self.job = job
            self.schedule = schedule
        }
    }

    private static let limit = 10_000
    private static let byteLimit = 64 << 20

    let context: SidecarContext
    private var entries: [ExactText: Entry] = [:]
    private var byteCount = 0
    private let triggers: JobTriggers

    init(_ context: SidecarContext, app: LocalApp?) {
        self.context = context
        triggers = JobTriggers(to: app, on: context.loop)
    }

    var inspection: InspectionPage? {
        InspectionPage("jobs") { [self] in
            .array(
                sorted.map { entry in
                    let next = entry.schedule.next.map { $0 / 1_000_000_000 }
                    return [
                        "name": .string(entry.job.name),
                        "runs": .number(JSONNumber(entry.runs)),
                        "next": next.map {
                            .string(CalendarTime(secondsSince1970: $0).rfc3339)
                        } ?? .null,
                    ]
                })
        }
    }

    func stop() {
        for name in Array(entries.keys) { remove(name) }
        triggers.stop()
    }

    private var sorted: [Entry] { entries.values.sorted { $0.job.name < $1.job.name } }

    // MARK: - Both APIs

    func schedule(_ job: Job, overwrites: Bool) throws(SidecarError) {
        guard !job.name.allSatisfy(\.isWhitespace) else {
            throw .badJob("JOB_NAME_EMPTY", "Name is empty", context.appID)
        }
        guard job.hasSchedule || job.hasDueTime else {
            throw .badJob("SCHEDULE_EMPTY", "Schedule is empty", context.appID)
        }
        let fault = { [context] (text: String) in
            SidecarError.scheduler(
                "SCHEDULE_JOB", "failed to schedule job due to: " + text, context.appID)
        }
        guard context.configuration.hasScheduler else { throw fault(Self.disabled) }
        let schedule: JobSchedule
        do throws(JobSchedule.Fault) {
            schedule = try JobSchedule(job, now: context.clock.nanoseconds)
        } catch {
            throw fault("rpc error: code = Unknown desc = " + error.text)
        }
        let key = ExactText(text: job.name)
        guard overwrites || entries[key] == nil else { throw .jobExists(job.name, context.appID) }
        guard entries[key] != nil || entries.count < Self.limit,
            byteCount + job.data.value.count <= Self.byteLimit
        else { throw fault("rpc error: code = ResourceExhausted desc = too many jobs") }
        remove(key)
        let entry = Entry(job, schedule)
        entries[key] = entry
        byteCount += job.data.value.count
        wait(entry, key)
    }

    func job(_ name: String) throws(SidecarError) -> Job {
        let fault = { [context] (text: String) in
            SidecarError.scheduler("GET_JOB", "failed to get job due to: " + text, context.appID)
        }
        try checkName(name)
        guard context.configuration.hasScheduler else { throw fault(Self.disabled) }
        guard let entry = entries[ExactText(text: name)] else {
            throw fault("rpc error: code = NotFound desc = job not found: " + name)
        }
        return entry.job
    }

    func jobs() throws(SidecarError) -> [Job] {
        guard context.configuration.hasScheduler else {
            throw .scheduler(
                "LIST_JOBS", "failed to list jobs due to: " + Self.disabled, context.appID)
        }
        return sorted.map(\.job)
    }

    /// A job that is not there is deleted too.
    func delete(_ name: String) throws(SidecarError) {
        try checkName(name)
        try checkDeletion()
        remove(ExactText(text: name))
    }

    func delete(prefix: String) throws(SidecarError) {
        try checkDeletion()
        for name in entries.keys where name.text.utf8.starts(with: prefix.utf8) { remove(name) }
    }

    private static let disabled = "scheduler clients are disabled"

    private func checkName(_ name: String) throws(SidecarError) {
        guard !name.isEmpty else {
            throw .badJob("JOB_NAME_EMPTY", "Name is empty", context.appID)
        }
    }

    private func checkDeletion() throws(SidecarError) {
        guard context.configuration.hasScheduler else {
            throw .scheduler(
                "DELETE_JOB", "failed to delete job due to: " + Self.disabled, context.appID)
        }
    }

    // MARK: - Time

    private func remove(_ name: ExactText) {
        guard let entry = entries.removeValue(forKey: name) else { return }
        byteCount -= entry.job.data.value.count
        if let timer = entry.timer { context.loop.cancel(timer) }
    }

    private func wait(_ entry: Entry, _ name: ExactText) {
        guard let next = entry.schedule.next else { return remove(name) }
        let delay = Duration.nanoseconds(max(0, next - context.clock.nanoseconds))
        entry.timer = context.loop.schedule(after: delay) { [weak self, weak entry] in
            guard let self, let entry else { return }
            run(entry, name)
        }
    }

    private func run(_ entry: Entry, _ name: ExactText) {
        entry.timer = nil
        entry.runs += 1
        triggers.trigger(entry.job)
        entry.schedule.ran(now: context.clock.nanoseconds)
        wait(entry, name)
    }
}
