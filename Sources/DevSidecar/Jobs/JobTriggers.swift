import DaprProtos
import EventLoop
import SwiftProtobuf

/// Tells the app which jobs are due, again and again if it fails and the job's policy says so.
///
/// Belongs to the loop's thread.
final class JobTriggers {
    private let app: LocalApp?
    private let loop: EventLoop
    private var tasks: [Int: Task<Void, Never>] = [:]
    private var count = 0
    /// More jobs than these at a time are not told.
    private static let mostTasks = 1000

    init(to app: LocalApp?, on loop: EventLoop) {
        self.app = app
        self.loop = loop
    }

    func stop() {
        for task in tasks.values { task.cancel() }
        tasks = [:]
    }

    func trigger(_ job: JobsBlock.Job) {
        guard app != nil, tasks.count < Self.mostTasks else { return }
        count += 1
        let number = count
        let box = LoopBound(self, on: loop)
        tasks[number] = Task(executorPreference: loop) {
            await box.value.deliver(job)
            box.value.tasks[number] = nil
        }
    }

    private func deliver(_ job: JobsBlock.Job) async {
        var (tries, interval) = Self.policy(of: job)
        while await !isHandled(job), tries > 0 {
            tries -= 1
            do {
                try await Task.sleep(for: interval)
            } catch {
                return
            }
        }
    }

    /// How often, and after which time, a job is tried again. By default as daprd does it.
    private static func policy(of job: JobsBlock.Job) -> (tries: UInt32, interval: Duration) {
        var (tries, interval) = (UInt32(3), Duration.seconds(1))
        guard job.hasFailurePolicy else { return (tries, interval) }
        switch job.failurePolicy.policy {
        case .drop: return (0, .zero)
        case .constant(let policy):
            if policy.hasInterval {
                interval =
                    .seconds(policy.interval.seconds)
                    + .nanoseconds(Int64(policy.interval.nanos))
            }
            tries = policy.hasMaxRetries ? policy.maxRetries : .max
        case nil: break
        }
        return (tries, max(interval, .milliseconds(1)))
    }

    /// Whether the app took the job, or never will.
    private func isHandled(_ job: JobsBlock.Job) async -> Bool {
        switch app {
        case .http(let app): await isHandled(job, app)
        case .grpcServer(let app): await isHandled(job, app)
        case nil, .grpc, .absent: true
        }
    }

    /// `POST /job/NAME`, with the job's data as they were given.
    private func isHandled(_ job: JobsBlock.Job, _ app: any HTTPApp) async -> Bool {
        let body = Self.content(of: job.data)
        let request = AppRequest(
            method: "POST", target: "/job/" + PathEscaping.encode(job.name),
            fields: [
                AppField(name: "Host", value: "127.0.0.1:\(app.port)"),
                AppField(name: "User-Agent", value: "Go-http-client/1.1"),
                AppField(name: "Content-Length", value: String(body.count)),
                AppField(name: "Content-Type", value: "application/json"),
            ], body: body)
        do throws(AppFailure) {
            let status = try await app.answer(to: request, on: loop).status
            return 200...299 ~= status || status == 404
        } catch {
            return false
        }
    }

    private static func content(of data: Google_Protobuf_Any) -> [UInt8] {
        guard data.isA(Google_Protobuf_Value.self) else { return Array(data.value) }
        do {
            return try Google_Protobuf_Value(unpackingAny: data).jsonUTF8Bytes()
        } catch {
            return Array(data.value)
        }
    }

    /// `OnJobEventAlpha1`.
    private func isHandled(_ job: JobsBlock.Job, _ app: GRPCServerApp) async -> Bool {
        do {
            // The first fields of a `JobEventRequest`, name and data, have the numbers and types on
            // the wire of those of an `Any`.
            var request = Google_Protobuf_Any()
            request.typeURL = job.name
            request.value = try job.data.serializedBytes()
            _ = try await app.call(
                "/dapr.proto.runtime.v1.AppCallbackAlpha/OnJobEventAlpha1",
                request.serializedBytes(), metadata: [])
            return true
        } catch let status as GRPCStatus {
            return status.code == 12
        } catch {
            return false
        }
    }
}
