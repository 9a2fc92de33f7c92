import DaprClient
import Synchronization

extension FakeDapr {
    private static let notSupported = DaprError(.notSupported, "no route does this")

    func invokeActor(
        _ actor: ActorReference, method: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [UInt8] {
        try record(
            "invokeActor", "\(actor.type) \(actor.id) \(method) \(text(data))\(text(metadata))",
            options)
        return world.withLock { $0.answers.actor }
    }

    func getActorState(
        _ actor: ActorReference, key: String, options: CallOptions
    ) async throws(DaprError) -> ActorStateValue? {
        try record("getActorState", "\(actor.type) \(actor.id) \(key)", options)
        return world.withLock { $0.answers.actorState[key] }
    }

    func executeActorStateTransaction(
        _ actor: ActorReference, operations: [ActorStateOperation], options: CallOptions
    ) async throws(DaprError) {
        try record("executeActorStateTransaction", "\(actor.type) \(actor.id)", options)
        world.withLock { $0.answers.actorOperations = operations }
    }

    func registerActorReminder(
        _ actor: ActorReference, _ reminder: ActorReminder, options: CallOptions
    ) async throws(DaprError) {
        try record("registerActorReminder", "\(actor.type) \(actor.id)", options)
        world.withLock { $0.answers.registeredReminder = reminder }
    }

    func getActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) -> RegisteredReminder? {
        try record("getActorReminder", "\(actor.type) \(actor.id) \(name)", options)
        return world.withLock { $0.answers.reminder }
    }

    func listActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) -> [RegisteredReminder] { throw Self.notSupported }

    func unregisterActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) {
        try record("unregisterActorReminder", "\(actor.type) \(actor.id) \(name)", options)
    }

    func unregisterActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) { throw Self.notSupported }

    func registerActorTimer(
        _ actor: ActorReference, _ timer: ActorTimer, options: CallOptions
    ) async throws(DaprError) {
        try record("registerActorTimer", "\(actor.type) \(actor.id)", options)
        world.withLock { $0.answers.registeredTimer = timer }
    }

    func unregisterActorTimer(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) {
        try record("unregisterActorTimer", "\(actor.type) \(actor.id) \(name)", options)
    }

    func shutdownSidecar(isForced: Bool, options: CallOptions) async throws(DaprError) {
        throw Self.notSupported
    }
}
