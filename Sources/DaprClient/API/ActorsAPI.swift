/// Actors, from the side of those who call them.
public protocol ActorsAPI: Sendable {}
