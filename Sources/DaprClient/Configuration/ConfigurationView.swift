/// The items of a configuration store as far as they are known, and as far as the consumer was told.
///
/// Changes that come faster than the consumer takes them become one.
struct ConfigurationView {
    /// Where news of an item comes from.
    enum Source {
        /// The stream, which may be late.
        case stream
        /// A read that began after everything that is known already.
        case read
        /// A read while which the stream told of this key: which of the two is newer is not known,
        /// except by versions that are numbers. If the stream is behind, it will tell again.
        case overtakenRead
    }

    private(set) var items: [String: ConfigurationItem] = [:]
    private var told: [String: ConfigurationItem] = [:]
    private var untold: Set<String> = []
    private var hasToldAnything = false

    /// Takes note of an item; nil for a key without a value.
    ///
    /// - Returns: what that did.
    mutating func note(
        _ key: String, _ item: ConfigurationItem?, from source: Source
    ) -> Outcome {
        let item = item.flatMap { $0.isNothing ? nil : $0 }
        let known = items[key]
        guard item != known else { return .same }
        switch source {
        case .read: break
        case .stream: if Self.precedes(item, known) { return .stale }
        case .overtakenRead: guard Self.precedes(known, item) else { return .stale }
        }
        items[key] = item
        if item == told[key] { untold.remove(key) } else { untold.insert(key) }
        return .changed
    }

    enum Outcome {
        case same, changed
        /// It is older than what is known.
        case stale
    }

    /// Whether versions say for certain that one item is older than another.
    private static func precedes(
        _ item: ConfigurationItem?, _ other: ConfigurationItem?
    ) -> Bool {
        guard let item, let other, let version = UInt64(item.version),
            let otherVersion = UInt64(other.version)
        else { return false }
        return version < otherVersion
    }

    /// What the consumer does not know yet: everything at first, then what changed.
    mutating func takeChange() -> ConfigurationChange? {
        guard hasToldAnything else {
            hasToldAnything = true
            told = items
            untold = []
            return ConfigurationChange(updated: items, items: items)
        }
        guard !untold.isEmpty else { return nil }
        var change = ConfigurationChange(updated: [:], items: items)
        for key in untold {
            if let item = items[key] {
                change.updated[key] = item
            } else {
                change.removed.insert(key)
            }
        }
        told = items
        untold = []
        return change
    }
}
