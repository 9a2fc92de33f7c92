import EventLoop
import JSON

/// The component `configuration.redis`, in memory: a stored text is `value||version`.
final class InMemoryConfigurationStore {
    /// What the API makes of a stored text.
    struct Item: Equatable {
        var value: String
        var version = ""

        /// Nil for an empty value, which the component leaves out; what follows a second `||` is
        /// lost, as there.
        init?(stored: String) {
            let parts = stored.split(separator: "||", omittingEmptySubsequences: false)
            guard let value = parts.first, !value.isEmpty else { return nil }
            self.value = String(value)
            if parts.count > 1 { version = String(parts[1]) }
        }
    }

    /// There is no room for another key.
    struct Full: Error {}

    private struct Entry {
        var stored: String
        var expiry: LoopTimer?
    }

    private let loop: EventLoop
    private let capacity: Int
    private var entries: [ExactText: Entry] = [:]
    /// Told of every key that changed, with what it is now.
    var onChange: (_ key: String, _ item: Item?) -> Void = { _, _ in }
    /// Whether changes are told. Redis forgets to when it was started again, and its clients do not
    /// notice.
    var isNotifying = true

    init(loop: EventLoop, capacity: Int = 10_000) {
        self.loop = loop
        self.capacity = capacity
    }

    /// The items of some keys, or of all if none is named; those without a value are left out.
    func items(_ keys: [String]) -> [String: Item] {
        let wanted = keys.isEmpty ? entries.keys.map(\.text) : keys
        var items: [String: Item] = [:]
        for key in wanted {
            items[key] = entries[ExactText(text: key)].flatMap { Item(stored: $0.stored) }
        }
        return items
    }

    /// Stores a text and tells about it, even if it is the same as before.
    ///
    /// - Parameter lifetime: after which it is gone; nil for never.
    func set(_ key: String, _ stored: String, lifetime: Duration? = nil) throws(Full) {
        let place = ExactText(text: key)
        guard entries[place] != nil || entries.count < capacity else { throw Full() }
        cancelExpiry(of: place)
        entries[place] = Entry(stored: stored)
        tell(key)
        guard let lifetime else { return }
        entries[place]?.expiry = loop.schedule(after: lifetime) { [weak self] in
            self?.remove(key)
        }
        // That it will expire is a change of its own.
        tell(key)
    }

    /// Removes a key and tells about it.
    func remove(_ key: String) {
        let place = ExactText(text: key)
        cancelExpiry(of: place)
        entries[place] = nil
        tell(key)
    }

    /// Forgets everything without a word; no timer is left.
    func removeAll() {
        for place in entries.keys { cancelExpiry(of: place) }
        entries = [:]
    }

    private func cancelExpiry(of place: ExactText) {
        if let timer = entries[place]?.expiry { loop.cancel(timer) }
    }

    private func tell(_ key: String) {
        guard isNotifying else { return }
        onChange(key, items([key])[key])
    }
}

extension InMemoryConfigurationStore.Item {
    /// The item as the HTTP API shows it.
    var json: JSONValue {
        version.isEmpty
            ? ["value": .string(value)]
            : ["value": .string(value), "version": .string(version)]
    }
}
