// gRPC keeps the bytes of state and has all of reminders; only HTTP tells an actor's own error from
// a result.
extension AutoTransport {
    func invokeActor(
        _ actor: ActorReference, method: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [UInt8] {
        try await http.invokeActor(
            actor, method: method, data: data, metadata: metadata, options: options)
    }

    func getActorState(
        _ actor: ActorReference, key: String, options: CallOptions
    ) async throws(DaprError) -> ActorStateValue? {
        try await grpc.getActorState(actor, key: key, options: options)
    }

    func executeActorStateTransaction(
        _ actor: ActorReference, operations: [ActorStateOperation], options: CallOptions
    ) async throws(DaprError) {
        try await grpc.executeActorStateTransaction(
            actor, operations: operations, options: options)
    }

    func registerActorReminder(
        _ actor: ActorReference, _ reminder: ActorReminder, options: CallOptions
    ) async throws(DaprError) {
        try await grpc.registerActorReminder(actor, reminder, options: options)
    }

    func getActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) -> RegisteredReminder? {
        try await grpc.getActorReminder(actor, name: name, options: options)
    }

    func listActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) -> [RegisteredReminder] {
        try await grpc.listActorReminders(type: type, id: id, options: options)
    }

    func unregisterActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) {
        try await grpc.unregisterActorReminder(actor, name: name, options: options)
    }

    func unregisterActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) {
        try await grpc.unregisterActorReminders(type: type, id: id, options: options)
    }

    func registerActorTimer(
        _ actor: ActorReference, _ timer: ActorTimer, options: CallOptions
    ) async throws(DaprError) {
        try await grpc.registerActorTimer(actor, timer, options: options)
    }

    func unregisterActorTimer(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) {
        try await grpc.unregisterActorTimer(actor, name: name, options: options)
    }
}
