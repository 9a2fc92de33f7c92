import DaprProtos
import EventLoop
import SwiftProtobuf

/// When a job runs, as daprd's scheduler reads its fields.
struct JobSchedule {
    private var cron: CronSchedule?
    private var remaining: UInt32?
    private var end: Int64?
    /// When it runs next, in nanoseconds since 1970; nil when it is over.
    private(set) var next: Int64?

    /// Why a job cannot be scheduled.
    struct Fault: Error {
        var text: String
    }

    init(_ job: Dapr_Proto_Runtime_V1_Job, now: Int64) throws(Fault) {
        if job.hasSchedule {
            cron = CronSchedule(job.schedule)
            guard cron != nil else {
                throw Fault(text: "failed to parse schedule: \(job.schedule)")
            }
        }
        remaining = job.hasRepeats ? job.repeats : nil
        var first = now
        if job.hasDueTime {
            first = try Self.point(job.dueTime, of: "due time", now)
        } else if let cron {
            first = cron.next(after: now) ?? .max
        }
        if job.hasTtl {
            let point = try Self.point(job.ttl, of: "ttl", now)
            guard point > now, point >= first || !job.hasDueTime else {
                throw Fault(text: "ttl must be after the due time: \(job.ttl)")
            }
            end = point
        }
        if remaining != 0 { next = first }
        if let end, let next, next > end { self.next = nil }
    }

    private static func point(
        _ text: String, of field: String, _ now: Int64
    ) throws(Fault) -> Int64 {
        guard let delay = ScheduleTime.delay(text, now: now) else {
            throw Fault(text: "failed to parse \(field): unsupported time/duration format: \(text)")
        }
        let sum = now.addingReportingOverflow(delay.nanosecondsClamped)
        return sum.overflow ? .max : sum.partialValue
    }

    /// It has run: when does it run next?
    mutating func ran(now: Int64) {
        if let left = remaining { remaining = left - 1 }
        guard let cron, remaining != 0, let point = cron.next(after: now), point <= end ?? .max
        else {
            next = nil
            return
        }
        next = point
    }
}
