import JSON

/// Actors as far as a client sees them: calls in turns, state, reminders and timers that fire.
final class ActorsBlock: BuildingBlock {
    let context: SidecarContext
    let runtime: ActorRuntime
    /// The sidecar's own app.
    let app: LocalApp?
    /// The state of actors; nil when no state store has `actorStateStore`.
    private let stateStore: InMemoryStateStore?

    init(_ context: SidecarContext, apps: AppDirectory) {
        self.context = context
        app = apps.own
        runtime = ActorRuntime(context, hosts: ActorHosts(apps, on: context.loop))
        let isStore = context.components(of: "state").contains {
            $0.metadata["actorStateStore"] == "true"
        }
        stateStore = isStore ? InMemoryStateStore(clock: context.clock) : nil
    }

    func stop() { runtime.stop() }

    /// How many actors are active, by type.
    var activeCounts: [(type: String, count: Int)] { runtime.activeCounts }

    var inspection: InspectionPage? {
        InspectionPage("actors") { [self] in
            [
                "active": .array(
                    activeCounts.map {
                        ["type": .string($0.type), "count": .number(.init($0.count))]
                    }
                ),
                "schedules": .array(
                    runtime.allSchedules.map { key, schedule in
                        [
                            "kind": key.isReminder ? "reminder" : "timer",
                            "type": .string(key.actor.type), "id": .string(key.actor.id),
                            "name": .string(key.name),
                            "firings": .number(.init(schedule.firings)),
                        ]
                    }),
            ]
        }
    }

    // MARK: - What both APIs need

    /// Throws unless there are actors, and clients may use those of this type.
    func check(type: String? = nil) throws(SidecarError) {
        guard context.configuration.hasPlacement else { throw .noPlacement }
        if let type, type.hasPrefix("dapr.internal.") { throw .actorTypeReserved(type) }
    }

    /// Calls a method of an actor.
    func invoke(
        _ actor: ActorKey, _ method: String, query: String, fields: [AppField], body: [UInt8]
    ) async throws(SidecarError) -> AppResponse {
        try check()
        for (name, what) in [
            (actor.type, "invalid actorType"), (actor.id, "invalid actorId"),
            (method, "invalid actor method"),
        ] {
            if let fault = ActorKey.fault(name) { throw .actorName(what, fault) }
        }
        return try await runtime.call(
            actor, .init(path: [method], query: query, fields: fields, body: body))
    }

    // MARK: - State

    /// A value of an actor's state.
    func state(
        _ actor: ActorKey, _ key: String
    ) throws(SidecarError) -> InMemoryStateStore.Entry? {
        try check(type: actor.type)
        return try store().entry(storedKey(actor, key))
    }

    /// Changes an actor's state; the keys of the writes have no prefix yet.
    func transact(_ actor: ActorKey, _ writes: [StateWrite]) throws(SidecarError) {
        try check(type: actor.type)
        let store = try store()
        guard runtime.isActive(actor) else { throw .actorInstanceMissing }
        var stored: [StateWrite] = []
        for var write in writes {
            guard !write.key.isEmpty else { throw .actorStateTransaction("missing key") }
            write.key = storedKey(actor, write.key)
            stored.append(write)
        }
        do throws(StateFault) {
            try store.transact(stored)
        } catch {
            throw .actorStateTransaction(error.text)
        }
    }

    private func store() throws(SidecarError) -> InMemoryStateStore {
        guard let stateStore else { throw .noActorStateStore }
        return stateStore
    }

    private func storedKey(_ actor: ActorKey, _ key: String) -> String {
        "\(context.appID)||\(actor.type)||\(actor.id)||\(key)"
    }

    // MARK: - Reminders and timers

    /// Registers a reminder or timer.
    func register(
        _ registration: ActorSchedule.Registration, overwrites: Bool = true
    ) async throws(SidecarError) {
        let key = try await key(
            registration.actor, registration.name, isReminder: registration.isReminder)
        guard overwrites || runtime.schedule(key) == nil else {
            throw .reminderExists(registration.name)
        }
        do throws(ActorScheduleFault) {
            try runtime.add(ActorSchedule(registration, clock: context.clock), as: key)
        } catch {
            throw registration.isReminder
                ? .reminderCreation(error.text) : .timerCreation(error.text)
        }
    }

    func reminder(_ actor: ActorKey, _ name: String) async throws(SidecarError) -> ActorSchedule {
        let key = try await key(actor, name, isReminder: true)
        guard let reminder = runtime.schedule(key) else { throw .reminderNotFound(name) }
        return reminder
    }

    func reminders(type: String, id: String?) async throws(SidecarError) -> [ActorSchedule] {
        try await checkHosted(type)
        return runtime.reminders(type: type, id: id)
    }

    /// Removes a reminder or timer; that there is none is fine.
    func unregister(
        _ actor: ActorKey, _ name: String, isReminder: Bool
    ) async throws(SidecarError) {
        runtime.remove(try await key(actor, name, isReminder: isReminder))
    }

    func unregisterReminders(type: String, id: String?) async throws(SidecarError) {
        for reminder in try await reminders(type: type, id: id) {
            runtime.remove(.init(actor: reminder.actor, name: reminder.name, isReminder: true))
        }
    }

    private func key(
        _ actor: ActorKey, _ name: String, isReminder: Bool
    ) async throws(SidecarError) -> ActorRuntime.ScheduleKey {
        if isReminder { try await checkHosted(actor.type) } else { try check(type: actor.type) }
        let what = isReminder ? "reminder" : "timer"
        if let fault = ActorKey.fault(name) {
            throw .actorName("invalid request", "\(what) name " + fault)
        }
        return .init(actor: actor, name: name, isReminder: isReminder)
    }

    private func checkHosted(_ type: String) async throws(SidecarError) {
        try check(type: type)
        guard await runtime.hosts.host(of: type) != nil else { throw .reminderNotHosted }
    }
}

extension ActorSchedule.Registration {
    fileprivate var isReminder: Bool {
        if case .reminder = kind { true } else { false }
    }
}
