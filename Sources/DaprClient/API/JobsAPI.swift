/// Jobs, as both APIs offer them.
public protocol JobsAPI: Sendable {}
