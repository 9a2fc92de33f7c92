/// The calls that can be made without a task, by code that lives on the client's loop
/// (``DaprClient/init(configuration:loop:)``): where one call is all there is to do, a task that waits
/// for it costs nearly as much as the call.
///
/// All of it belongs to the loop's thread.
public protocol TasklessAPI: Sendable {
    /// Begins what ``StateAPI/getState(store:key:consistency:metadata:options:)`` does.
    ///
    /// - Parameter completion: called once with what that returns or throws; before this returns when
    ///   the call fails at once.
    /// - Returns: the call, to cancel it; nil when it could not even be begun.
    func beginGetState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions,
        completion: @escaping (consuming Result<StateValue?, DaprError>) -> Void
    ) -> PendingCall?
}

/// A call that was begun without a task.
public struct PendingCall {
    let exchange: Exchange

    /// Gives the call up: its completion gets `.cancelled` before this returns, unless it is over.
    public func cancel() {
        exchange.cancel()
    }
}
