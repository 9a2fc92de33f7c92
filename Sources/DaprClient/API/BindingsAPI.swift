/// Output bindings, as both APIs offer them.
public protocol BindingsAPI: Sendable {}
