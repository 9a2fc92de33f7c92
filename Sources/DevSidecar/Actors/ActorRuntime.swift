import EventLoop
import JSON

/// The actors of this sidecar's apps: who is active, whose turn it is, and what is due when.
///
/// Belongs to the loop's thread.
final class ActorRuntime {
    /// An actor that was called and has not been idle for long.
    private final class Active {
        let turns = ActorTurns()
        var idleTimer: LoopTimer?
    }

    /// The bounds of what is kept.
    private static let maxActive = 10_000
    private static let maxSchedules = 10_000
    /// Whoever asks for less gets this, so that a period of nothing does not take the whole loop.
    private static let shortestWait: Duration = .milliseconds(1)

    /// What a reminder or timer is found by.
    struct ScheduleKey: Hashable {
        var actor: ActorKey
        var name: String
        var isReminder: Bool
    }

    let hosts: ActorHosts
    private let context: SidecarContext
    private var active: [ActorKey: Active] = [:]
    private var schedules: [ScheduleKey: ActorSchedule] = [:]
    private var deactivations: [Task<Void, Never>] = []
    private var isStopped = false

    init(_ context: SidecarContext, hosts: ActorHosts) {
        self.context = context
        self.hosts = hosts
    }

    /// Whether an actor was called and has not been idle for long.
    func isActive(_ actor: ActorKey) -> Bool { active[actor] != nil }

    /// How many actors are active, by type.
    var activeCounts: [(type: String, count: Int)] {
        Dictionary(grouping: active.keys, by: \.type)
            .map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
    }

    func stop() {
        isStopped = true
        for schedule in schedules.values { schedule.cancel(on: context.loop) }
        schedules = [:]
        for actor in active.values {
            if let timer = actor.idleTimer { context.loop.cancel(timer) }
        }
        active = [:]
        for task in deactivations { task.cancel() }
        deactivations = []
    }

    // MARK: - Calls

    /// A call of an actor's host.
    struct Call {
        /// The last segments of the path, not escaped.
        var path: [String]
        var query = ""
        /// Names in lower case.
        var fields: [AppField] = []
        var body: [UInt8] = []
    }

    /// Calls an actor as soon as it is its caller's turn.
    ///
    /// - Returns: the host's answer, which has status 200.
    func call(_ actor: ActorKey, _ call: Call) async throws(SidecarError) -> AppResponse {
        guard let host = await hosts.host(of: actor.type) else {
            throw .actorInvocation(
                "failed to lookup actor: did not find address for actor '\(actor.type)||\(actor.id)'"
            )
        }
        let state = try activate(actor)
        guard await turn(of: state) else {
            throw .actorInvocation("context canceled")
        }
        defer {
            state.turns.give()
            watchIdleness(actor, state, host)
        }
        return try await answer(of: host, actor, call)
    }

    private func activate(_ actor: ActorKey) throws(SidecarError) -> Active {
        if let state = active[actor] { return state }
        guard active.count < Self.maxActive else {
            throw .actorInvocation("\(Self.maxActive) actors are active already")
        }
        let state = Active()
        active[actor] = state
        return state
    }

    /// Waits for the caller's turn.
    private func turn(of state: Active) async -> Bool {
        let number = state.turns.number()
        let loop = context.loop
        let box = LoopBound(state.turns, on: loop)
        let hasTurn = await withTaskCancellationHandler {
            await box.value.take(number)
        } onCancel: {
            loop.execute { box.value.withdraw(number) }
        }
        guard hasTurn, Task.isCancelled else { return hasTurn }
        state.turns.give()
        return false
    }

    private func answer(
        of host: ActorHosts.Host, _ actor: ActorKey, _ call: Call
    ) async throws(SidecarError) -> AppResponse {
        let path = (["actors", actor.type, actor.id, "method"] + call.path)
            .map { "/" + PathEscaping.encode($0) }.joined()
        let answer: AppResponse
        do throws(AppFailure) {
            answer = try await send(
                "PUT", call.query.isEmpty ? path : path + "?" + call.query, call.fields, call.body,
                to: host)
        } catch {
            throw .actorInvocation("error from actor service: " + error.text)
        }
        let text = String(decoding: answer.body, as: UTF8.self)
        switch answer.status {
        case 200: return answer
        case 404: throw .actorInvocation("actor method not found: \(call.path.last ?? "")")
        default: throw .actorInvocation("error from actor service: (\(answer.status)) \(text)")
        }
    }

    private func send(
        _ method: String, _ target: String, _ fields: [AppField], _ body: [UInt8],
        to host: ActorHosts.Host
    ) async throws(AppFailure) -> AppResponse {
        var all = [
            AppField(name: "Host", value: "127.0.0.1:\(host.app.port)"),
            AppField(name: "User-Agent", value: "Go-http-client/1.1"),
            AppField(name: "Content-Length", value: String(body.count)),
        ]
        all += fields.map { AppField(name: AppFields.canonical($0.name), value: $0.value) }
        return try await host.app.answer(
            to: AppRequest(method: method, target: target, fields: all, body: body),
            on: context.loop)
    }

    // MARK: - Idleness

    private func watchIdleness(_ actor: ActorKey, _ state: Active, _ host: ActorHosts.Host) {
        if let timer = state.idleTimer { context.loop.cancel(timer) }
        guard !isStopped else { return }
        state.idleTimer = context.loop.schedule(after: host.idleTimeout) {
            [weak self, weak state] in
            guard let self, let state, state.turns.isIdle else { return }
            deactivate(actor, host)
        }
    }

    private func deactivate(_ actor: ActorKey, _ host: ActorHosts.Host) {
        active[actor] = nil
        for (key, schedule) in schedules where key.actor == actor && !key.isReminder {
            schedule.cancel(on: context.loop)
            schedules[key] = nil
        }
        let path = ["actors", actor.type, actor.id].map { "/" + PathEscaping.encode($0) }.joined()
        let box = LoopBound(self, on: context.loop)
        let hostBox = LoopBound(host, on: context.loop)
        deactivations = deactivations.suffix(16)
        deactivations.append(
            Task(executorPreference: context.loop) {
                _ = try? await box.value.send("DELETE", path, [], [], to: hostBox.value)
            })
    }

    // MARK: - Reminders and timers

    func schedule(_ key: ScheduleKey) -> ActorSchedule? { schedules[key] }

    /// The reminders of a type, or of one actor.
    func reminders(type: String, id: String?) -> [ActorSchedule] {
        schedules.filter { key, _ in
            key.isReminder && key.actor.type == type && (id == nil || key.actor.id == id)
        }
        .values.sorted { ($0.actor.id, $0.name) < ($1.actor.id, $1.name) }
    }

    /// All of them, for people.
    var allSchedules: [(key: ScheduleKey, schedule: ActorSchedule)] {
        schedules.map { ($0.key, $0.value) }
            .sorted { ($0.0.actor.id, $0.0.name) < ($1.0.actor.id, $1.0.name) }
    }

    /// Adds a reminder or timer, or replaces it.
    func add(_ schedule: ActorSchedule, as key: ScheduleKey) throws(ActorScheduleFault) {
        remove(key)
        guard schedules.count < Self.maxSchedules else {
            throw ActorScheduleFault("there are \(Self.maxSchedules) reminders and timers already")
        }
        schedules[key] = schedule
        wait(schedule, key, after: schedule.firstDelay)
    }

    func remove(_ key: ScheduleKey) {
        schedules.removeValue(forKey: key)?.cancel(on: context.loop)
    }

    private func wait(
        _ schedule: ActorSchedule, _ key: ScheduleKey, after delay: Duration, failures: Int = 0
    ) {
        let delay = schedule.firings + failures > 0 ? max(delay, Self.shortestWait) : delay
        schedule.timer = context.loop.schedule(after: delay) { [weak self, weak schedule] in
            guard let self, let schedule else { return }
            schedule.timer = nil
            fire(schedule, key, failures: failures)
        }
    }

    private func fire(_ schedule: ActorSchedule, _ key: ScheduleKey, failures: Int) {
        let now = context.clock.nanoseconds
        if let end = schedule.end, now >= end { return remove(key) }
        let box = LoopBound((self, schedule), on: context.loop)
        schedule.task = Task(executorPreference: context.loop) {
            let (runtime, schedule) = box.value
            let (path, body) = schedule.call
            let start = runtime.context.loop.now
            var isHandled = true
            do throws(SidecarError) {
                let type = AppField(name: "content-type", value: "application/json")
                _ = try await runtime.call(
                    schedule.actor, Call(path: path, fields: [type], body: body))
            } catch {
                isHandled = false
            }
            guard !Task.isCancelled else { return }
            let took = runtime.context.loop.now - start
            runtime.fired(schedule, key, isHandled: isHandled, failures: failures, took: took)
        }
    }

    /// Goes on after a firing: it is tried again, the next one is waited for, or it was the last.
    private func fired(
        _ schedule: ActorSchedule, _ key: ScheduleKey, isHandled: Bool, failures: Int,
        took: Duration
    ) {
        schedule.task = nil
        guard schedules[key] === schedule else { return }
        if !isHandled, failures < schedule.retry.count ?? .max {
            return wait(schedule, key, after: schedule.retry.interval, failures: failures + 1)
        }
        guard let next = schedule.fired(now: context.clock.nanoseconds) else {
            return remove(key)
        }
        wait(schedule, key, after: max(.zero, next - took))
    }
}
