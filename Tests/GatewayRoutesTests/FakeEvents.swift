import DaprClient
import Synchronization

/// Topics and configuration stores that a test drives, and what was asked of them.
final class FakeEvents: Sendable {
    struct State {
        /// What was asked and answered, such as `subscribe pubsub orders` and `ack 1`.
        var calls: [String] = []
        /// Thrown in place of opening a stream.
        var refusal: DaprError?
        var topics: [Pipe<TopicMessage>] = []
        var items: [String: ConfigurationItem] = [:]
        var watches: [(keys: [String], pipe: Pipe<ConfigurationUpdate>)] = []
        var entries: [BulkPublishEntry] = []
        var bulkMetadata: [String: String] = [:]
        /// What becomes of a bulk publish; all is well unless it is said.
        var result: @Sendable ([BulkPublishEntry]) -> BulkPublishResult = { entries in
            BulkPublishResult(
                entries: entries.map { .init(id: $0.id ?? "", outcome: .published) })
        }
    }

    private struct Watcher {
        let condition: @Sendable (State) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private let guarded = Mutex((state: State(), watchers: [Watcher]()))

    var now: State { guarded.withLock { $0.state } }

    @discardableResult
    func change<Result: Sendable>(_ change: @Sendable (inout State) -> Result) -> Result {
        let (result, due) = guarded.withLock { guarded in
            let result = change(&guarded.state)
            let state = guarded.state
            let due = guarded.watchers.filter { $0.condition(state) }
            guarded.watchers.removeAll { $0.condition(state) }
            return (result, due)
        }
        for watcher in due { watcher.continuation.resume() }
        return result
    }

    /// Waits until something was asked.
    func wait(until condition: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isSo = guarded.withLock { guarded in
                if condition(guarded.state) { return true }
                guarded.watchers.append(Watcher(condition: condition, continuation: continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    // MARK: - Topics

    /// Sends an event on the latest stream.
    func send(_ id: String, _ text: String = "1", type: String = "application/json") async {
        let message = TopicMessage(
            id: id, source: "test", type: "t", contentType: type, data: Array(text.utf8),
            topic: "orders", pubsub: "pubsub"
        ) { (answer) throws(DaprError) in
            self.change { $0.calls.append("\(answer) \(id)") }
        }
        await now.topics.last?.push(.success(message))
    }

    /// The answers that the sidecar got.
    var answers: [String] {
        now.calls.filter { !$0.hasPrefix("subscribe") && !$0.hasPrefix("cancel") }
    }

    // MARK: - Configuration

    /// Changes an item, and tells those who are subscribed.
    func set(_ key: String, _ item: ConfigurationItem?) async {
        let watches = change { state in
            state.items[key] = item
            return state.watches.filter { $0.keys.isEmpty || $0.keys.contains(key) }.map(\.pipe)
        }
        let update = ConfigurationUpdate(id: "id", items: [key: item ?? ConfigurationItem("")])
        for watch in watches { await watch.push(.success(update)) }
    }
}

/// A stream that gives what a test pushes.
actor Pipe<Element: Sendable> {
    private var queue: [Result<Element?, DaprError>] = []
    private var waiter: CheckedContinuation<Void, Never>?

    func push(_ result: Result<Element?, DaprError>) {
        queue.append(result)
        waiter.take()?.resume()
    }

    func next() async throws(DaprError) -> Element? {
        while queue.isEmpty {
            guard !Task.isCancelled else { throw DaprError(.cancelled, "cancelled") }
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter = $0 }
            } onCancel: {
                Task { await self.wake() }
            }
        }
        return try queue.removeFirst().get()
    }

    private func wake() { waiter.take()?.resume() }
}

extension FakeDapr {
    func bulkPublish(
        pubsub: String, topic: String, entries: [BulkPublishEntry], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BulkPublishResult {
        try record("bulkPublish", "\(pubsub) \(topic)", options)
        return events.change { state in
            state.entries = entries
            state.bulkMetadata = metadata
            return state.result(entries)
        }
    }

    func subscribe(
        pubsub: String, topic: String, deadLetterTopic: String?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> TopicStream {
        let pipe = Pipe<TopicMessage>()
        let refusal = events.change { state -> DaprError? in
            let suffix = metadata.isEmpty ? "" : " \(metadata.keys.sorted())"
            state.calls.append("subscribe \(pubsub) \(topic)\(suffix)")
            if state.refusal == nil { state.topics.append(pipe) }
            return state.refusal
        }
        if let refusal { throw refusal }
        let events = events
        return TopicStream { () throws(DaprError) in
            do throws(DaprError) {
                return try await pipe.next()
            } catch {
                if error.kind == .cancelled { events.change { $0.calls.append("cancel \(topic)") } }
                throw error
            }
        } cancel: {
        }
    }

    func getConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: ConfigurationItem] {
        try record("getConfiguration", "\(store) \(keys.joined(separator: ","))", options)
        return events.now.items.filter { keys.isEmpty || keys.contains($0.key) }
    }

    func subscribeConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> ConfigurationStream {
        let pipe = Pipe<ConfigurationUpdate>()
        await pipe.push(.success(ConfigurationUpdate(id: "id")))
        events.change { state in
            state.calls.append("watch \(store) \(keys.joined(separator: ","))")
            state.watches.append((keys, pipe))
        }
        return ConfigurationStream { () throws(DaprError) in try await pipe.next() }
    }

    func unsubscribeConfiguration(
        store: String, id: String, options: CallOptions
    ) async throws(DaprError) {
        events.change { $0.calls.append("unwatch \(store)") }
    }
}
