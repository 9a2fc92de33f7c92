/// Configuration stores, as both APIs offer them.
public protocol ConfigurationAPI: Sendable {}
