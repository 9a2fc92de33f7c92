/// Who wants to know of changes in configuration stores.
final class ConfigurationSubscriptions {
    typealias Item = InMemoryConfigurationStore.Item

    /// One subscription.
    struct Subscription {
        /// The name of the store.
        var store: String
        /// The keys; none for all.
        var keys: Set<ExactText>
        /// Called with each change; the item is nil when the key has no value any more.
        var deliver: (_ key: String, _ item: Item?) -> Void
        /// Called when it is over.
        var end: () -> Void = {}

        init(
            store: String, keys: [String],
            deliver: @escaping (_ key: String, _ item: Item?) -> Void
        ) {
            self.store = store
            self.keys = Set(keys.map(ExactText.init))
            self.deliver = deliver
        }
    }

    private var open: [String: Subscription] = [:]
    /// Those that their clients cancelled last: they can still be unsubscribed, once.
    private var cancelled: [String] = []
    private static let mostCancelled = 100

    func add(_ subscription: Subscription, id: String) {
        open[id] = subscription
    }

    /// Tells those who want to know.
    func tell(_ store: String, _ key: String, _ item: Item?) {
        for subscription in open.values
        where subscription.store == store
            && (subscription.keys.isEmpty || subscription.keys.contains(ExactText(text: key)))
        {
            subscription.deliver(key, item)
        }
    }

    /// Ends a subscription because somebody unsubscribes.
    ///
    /// - Returns: whether there was one.
    func remove(_ id: String) -> Bool {
        if let index = cancelled.firstIndex(of: id) {
            cancelled.remove(at: index)
            return true
        }
        guard let subscription = open.removeValue(forKey: id) else { return false }
        subscription.end()
        return true
    }

    /// Ends a subscription because its client is gone.
    func cancel(_ id: String) {
        guard let subscription = open.removeValue(forKey: id) else { return }
        cancelled.append(id)
        if cancelled.count > Self.mostCancelled { cancelled.removeFirst() }
        subscription.end()
    }

    /// Ends all.
    func removeAll() {
        let all = open.values
        open = [:]
        for subscription in all { subscription.end() }
    }
}
