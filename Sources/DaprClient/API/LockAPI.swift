/// Distributed locks, as both APIs offer them.
public protocol LockAPI: Sendable {}
