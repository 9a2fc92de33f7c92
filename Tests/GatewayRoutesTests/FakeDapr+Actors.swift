import DaprClient

// The gateway calls no actors.
extension FakeDapr {
    private static let notSupported = DaprError(.notSupported, "not in this fake")

    func invokeActor(
        _ actor: ActorReference, method: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [UInt8] { throw Self.notSupported }

    func getActorState(
        _ actor: ActorReference, key: String, options: CallOptions
    ) async throws(DaprError) -> ActorStateValue? { throw Self.notSupported }

    func executeActorStateTransaction(
        _ actor: ActorReference, operations: [ActorStateOperation], options: CallOptions
    ) async throws(DaprError) { throw Self.notSupported }

    func registerActorReminder(
        _ actor: ActorReference, _ reminder: ActorReminder, options: CallOptions
    ) async throws(DaprError) { throw Self.notSupported }

    func getActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) -> RegisteredReminder? { throw Self.notSupported }

    func listActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) -> [RegisteredReminder] { throw Self.notSupported }

    func unregisterActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) { throw Self.notSupported }

    func unregisterActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) { throw Self.notSupported }

    func registerActorTimer(
        _ actor: ActorReference, _ timer: ActorTimer, options: CallOptions
    ) async throws(DaprError) { throw Self.notSupported }

    func unregisterActorTimer(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) { throw Self.notSupported }

    func shutdownSidecar(isForced: Bool, options: CallOptions) async throws(DaprError) {
        throw Self.notSupported
    }
}
