/// Actors, from the side of those who call them.
///
/// Every call waits until the sidecar knows which actor types its app hosts, so a deadline matters:
/// it is the one of `options`, else the client's.
public protocol ActorsAPI: Sendable {
    /// Calls a method of an actor (`InvokeActor`). The actor takes one call at a time.
    ///
    /// - Parameters:
    ///   - actor: which actor.
    ///   - method: the method's name, one path segment.
    ///   - data: what the method gets; the sidecar calls it JSON unless `metadata` has another
    ///     `content-type`.
    ///   - metadata: header fields for the actor, such as `dapr-reentrancy-id`.
    ///   - options: deadline and trace context.
    /// - Returns: what the method gives back.
    /// - Throws: `.noSuchComponent` when nobody hosts the type, `.notFound` when there is no such
    ///   method, `.componentFailed` when the method failed, `.invalidArgument` for an empty name. Over gRPC an error that the actor itself
    ///   answers cannot be told from a result (dapr/grpc-api.md section 13).
    func invokeActor(
        _ actor: ActorReference, method: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [UInt8]

    /// Reads one value of an actor's state (`GetActorState`); nil when there is none.
    ///
    /// - Throws: `.notFound` when the actor is not active on this sidecar, which the HTTP API does not
    ///   tell from a missing value; `.invalidArgument` for an empty name; `.denied` for a type of Dapr's
    ///   own; `.noSuchComponent` when there is no state store for actors.
    func getActorState(
        _ actor: ActorReference, key: String, options: CallOptions
    ) async throws(DaprError) -> ActorStateValue?

    /// Changes an actor's state, all or nothing (`ExecuteActorStateTransaction`). The actor must be
    /// active. The HTTP API can only store JSON.
    ///
    /// - Throws: `.notFound` when the actor is not active on this sidecar; `.invalidArgument` for an
    ///   empty name, and a time to live that is not positive; `.notSupported` over HTTP for a value that
    ///   is not JSON; `.componentFailed` when the store fails.
    func executeActorStateTransaction(
        _ actor: ActorReference, operations: [ActorStateOperation], options: CallOptions
    ) async throws(DaprError)

    /// Registers a reminder (`RegisterActorReminder`), which outlives the actor's activation.
    ///
    /// - Throws: `.conflict` when there is one of this name that must not be overwritten,
    ///   `.denied` when the sidecar's app does not host the type, `.invalidArgument` for an empty name
    ///   and a time that cannot be, `.notSupported` over HTTP for a failure policy.
    func registerActorReminder(
        _ actor: ActorReference, _ reminder: ActorReminder, options: CallOptions
    ) async throws(DaprError)

    /// Reads a reminder (`GetActorReminder`); nil when there is none.
    ///
    /// - Throws: `.denied` when the sidecar's app does not host the type; `.invalidArgument` for an empty
    ///   name.
    func getActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) -> RegisteredReminder?

    /// Lists the reminders of an actor type, or of one actor (`ListActorReminders`, gRPC only).
    ///
    /// - Throws: `.notSupported` over the HTTP API; `.denied` when the sidecar's app does not host the
    ///   type; `.invalidArgument` for an empty name.
    func listActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) -> [RegisteredReminder]

    /// Removes a reminder (`UnregisterActorReminder`); a missing one is no error.
    ///
    /// - Throws: `.denied` when the sidecar's app does not host the type; `.invalidArgument` for an empty
    ///   name.
    func unregisterActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError)

    /// Removes all reminders of an actor type, or of one actor (`UnregisterActorRemindersByType`,
    /// gRPC only).
    ///
    /// - Throws: `.notSupported` over the HTTP API; `.denied` when the sidecar's app does not host the
    ///   type; `.invalidArgument` for an empty name.
    func unregisterActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError)

    /// Registers a timer (`RegisterActorTimer`), which ends with the actor's activation.
    ///
    /// - Throws: `.invalidArgument` for an empty name and a time that cannot be.
    func registerActorTimer(
        _ actor: ActorReference, _ timer: ActorTimer, options: CallOptions
    ) async throws(DaprError)

    /// Removes a timer (`UnregisterActorTimer`); a missing one is no error.
    ///
    /// - Throws: `.invalidArgument` for an empty name.
    func unregisterActorTimer(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError)
}
