import Synchronization

@testable import DaprClient

/// A configuration store whose streams a test drives.
actor FakeConfiguration: ConfigurationAPI {
    var items: [String: ConfigurationItem]
    /// Thrown in place of opening a stream.
    var refusal: DaprError?
    /// What was asked, such as `open`, `read` and `unsubscribe 1`.
    private(set) var calls: [String] = []
    private(set) var streams: [Pipe] = []
    private var watchers: [(call: String, count: Int, CheckedContinuation<Void, Never>)] = []

    init(_ items: [String: ConfigurationItem] = [:], refusal: DaprError? = nil) {
        self.items = items
        self.refusal = refusal
    }

    /// Changes an item, and tells the streams unless they are dead.
    func set(_ key: String, _ item: ConfigurationItem, tells: Bool = true) async {
        items[key] = item
        guard tells else { return }
        for (index, stream) in streams.enumerated() {
            await stream.push(.success(ConfigurationUpdate(id: "\(index + 1)", items: [key: item])))
        }
    }

    func refuse(_ error: DaprError?) { refusal = error }

    /// Waits until a call was made that often.
    func wait(for call: String, _ count: Int = 1) async {
        guard calls.count(where: { $0 == call }) < count else { return }
        await withCheckedContinuation { watchers.append((call, count, $0)) }
    }

    private func note(_ call: String) {
        calls.append(call)
        let calls = calls
        let due = watchers.filter { watcher in
            calls.count { $0 == watcher.call } >= watcher.count
        }
        watchers.removeAll { watcher in calls.count { $0 == watcher.call } >= watcher.count }
        for watcher in due { watcher.2.resume() }
    }

    // MARK: - The API

    func getConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: ConfigurationItem] {
        note("read")
        return items.filter { keys.isEmpty || keys.contains($0.key) }
    }

    func subscribeConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> ConfigurationStream {
        note("open")
        if let refusal { throw refusal }
        let pipe = Pipe()
        streams.append(pipe)
        await pipe.push(.success(ConfigurationUpdate(id: "\(streams.count)")))
        return ConfigurationStream { () throws(DaprError) in try await pipe.next() }
    }

    func unsubscribeConfiguration(
        store: String, id: String, options: CallOptions
    ) async throws(DaprError) {
        note("unsubscribe \(id)")
    }
}

/// A stream that gives what a test pushes.
actor Pipe {
    private var queue: [Result<ConfigurationUpdate?, DaprError>] = []
    private var waiter: CheckedContinuation<Void, Never>?
    private(set) var isCancelled = false
    private var cancellation: CheckedContinuation<Void, Never>?

    func push(_ result: Result<ConfigurationUpdate?, DaprError>) {
        queue.append(result)
        waiter.take()?.resume()
    }

    func next() async throws(DaprError) -> ConfigurationUpdate? {
        while queue.isEmpty {
            guard !Task.isCancelled else {
                isCancelled = true
                cancellation.take()?.resume()
                throw DaprError(.cancelled, "the call was cancelled")
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter = $0 }
            } onCancel: {
                Task { await self.wake() }
            }
        }
        return try queue.removeFirst().get()
    }

    /// Waits until the reader was cancelled.
    func waitForCancellation() async {
        guard !isCancelled else { return }
        await withCheckedContinuation { cancellation = $0 }
    }

    private func wake() { waiter.take()?.resume() }
}
