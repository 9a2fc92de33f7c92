/// What changed in a configuration store since the change before.
public struct ConfigurationChange: Sendable, Hashable {
    /// The items that are new or have another value, version or metadata; in the first change
    /// everything there is.
    public var updated: [String: ConfigurationItem]
    /// The keys that have no value any more.
    public var removed: Set<String>
    /// Everything there is now.
    public var items: [String: ConfigurationItem]

    /// What changed in a configuration store.
    public init(
        updated: [String: ConfigurationItem], removed: Set<String> = [],
        items: [String: ConfigurationItem]
    ) {
        self.updated = updated
        self.removed = removed
        self.items = items
    }
}
