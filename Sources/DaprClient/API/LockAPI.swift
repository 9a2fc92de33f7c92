/// Distributed locks, as both APIs offer them.
public protocol LockAPI: Sendable {
    /// Takes a lock if nobody holds it (`TryLockAlpha1`). Its owner cannot take it again either.
    ///
    /// When this fails other than by a refusal, the lock may have been taken: unlock it, or let it
    /// expire.
    ///
    /// - Parameters:
    ///   - owner: who may unlock it; whoever knows it can.
    ///   - expiry: after which it is free again, in whole seconds, from one up to 2³¹ - 1. It cannot be
    ///     extended.
    /// - Returns: false when somebody holds it.
    /// - Throws: `.noSuchComponent` for an unknown store; `.invalidArgument` for a resource or an owner
    ///   that is empty, a resource with `||`, and an expiry out of range; `.componentFailed` when the
    ///   store fails.
    func tryLock(
        store: String, resource: String, owner: String, expiry: Duration, options: CallOptions
    ) async throws(DaprError) -> Bool

    /// Gives a lock back (`UnlockAlpha1`).
    ///
    /// - Returns: whether it was given back, and why not otherwise; that is no error.
    /// - Throws: `.noSuchComponent` for an unknown store; `.invalidArgument` for a resource or an owner
    ///   that is empty, and a resource with `||`.
    func unlock(
        store: String, resource: String, owner: String, options: CallOptions
    ) async throws(DaprError) -> UnlockResult
}
