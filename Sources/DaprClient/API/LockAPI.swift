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
    func tryLock(
        store: String, resource: String, owner: String, expiry: Duration, options: CallOptions
    ) async throws(DaprError) -> Bool

    /// Gives a lock back (`UnlockAlpha1`).
    func unlock(
        store: String, resource: String, owner: String, options: CallOptions
    ) async throws(DaprError) -> UnlockResult
}
