import DaprClient
import HTTPTypes
import Synchronization

/// A sidecar that exists only in memory: a state store with counted ETags, secrets, metadata, and
/// whatever failures a test asks for.
final class FakeDapr: DaprAPI {
    struct World {
        var state: [String: StateValue] = [:]
        var secrets: [String: [String: String]] = [:]
        var metadata = SidecarMetadata(
            id: "app", runtimeVersion: "1.18.3",
            components: [
                .init(name: "statestore", type: "state.in-memory", version: "v1"),
                .init(name: "redis", type: "state.redis", version: "v1"),
                .init(name: "exotic", type: "state.exotic", version: "v1"),
                .init(name: "vault", type: "secretstores.local.file", version: "v1"),
                .init(name: "env", type: "secretstores.local.env", version: "v1"),
                .init(name: "cloud", type: "secretstores.cloud", version: "v1"),
            ])
        /// Thrown by the method of that name, once for each entry.
        var failures: [(method: String, error: DaprError)] = []
        var calls: [String] = []
        var options: [CallOptions] = []
        var saved: [StateItem] = []
        var operations: [StateOperation] = []
        var published: Event?
        var invoked: InvokeRequest?
        var invokeResponse = InvokeResponse(status: .ok)
        var version = 0
        var grpc = FakeGRPC()
    }

    struct Event: Equatable {
        var pubsub: String
        var topic: String
        var data: [UInt8]
        var contentType: String?
        var metadata: [String: String]
    }

    let world: Mutex<World>

    init(_ change: (inout World) -> Void = { _ in }) {
        var world = World()
        change(&world)
        self.world = Mutex(world)
    }

    /// What the world looks like now.
    var now: World { world.withLock { $0 } }

    /// Makes the next call of a method fail.
    func fail(_ method: String, _ error: DaprError) {
        world.withLock { $0.failures.append((method, error)) }
    }

    func record(
        _ method: String, _ arguments: String, _ options: CallOptions
    ) throws(DaprError) {
        let failure = world.withLock { world -> DaprError? in
            world.calls.append(arguments.isEmpty ? method : "\(method) \(arguments)")
            world.options.append(options)
            guard let index = world.failures.firstIndex(where: { $0.method == method }) else {
                return nil
            }
            return world.failures.remove(at: index).error
        }
        if let failure { throw failure }
    }

    func getState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> StateValue? {
        let suffix = consistency.map { " \($0.rawValue)" } ?? ""
        try record("getState", "\(store) \(key)\(suffix)", options)
        return world.withLock { $0.state[key] }
    }

    func saveState(
        store: String, items: [StateItem], options: CallOptions
    ) async throws(DaprError) {
        try record("saveState", "\(store) \(items.map(\.key).joined(separator: ","))", options)
        let isConflict = world.withLock { world in
            world.saved += items
            for item in items {
                let current = world.state[item.key]
                if let etag = item.etag, let current, current.etag != etag { return true }
                if item.options.concurrency == .firstWrite, current != nil { return true }
                world.version += 1
                world.state[item.key] = StateValue(
                    data: item.value, etag: ETag(rawValue: "\(world.version)"))
            }
            return false
        }
        if isConflict { throw DaprError(.conflict, "possible etag mismatch") }
    }

    func deleteState(
        store: String, key: String, etag: ETag?, stateOptions: StateOptions,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
        try record("deleteState", "\(store) \(key) \(etag?.rawValue ?? "-")", options)
        world.withLock { $0.state[key] = nil }
    }

    func getBulkState(
        store: String, keys: [String], parallelism: Int, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [BulkStateItem] {
        try record("getBulkState", "\(store) \(keys.joined(separator: ","))", options)
        return world.withLock { world in
            keys.map { key in
                key == "broken"
                    ? BulkStateItem(key: key, error: "cannot read")
                    : BulkStateItem(key: key, value: world.state[key])
            }
        }
    }

    func executeStateTransaction(
        store: String, operations: [StateOperation], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) {
        try record("executeStateTransaction", store, options)
        world.withLock { $0.operations = operations }
    }

    func publishEvent(
        pubsub: String, topic: String, data: [UInt8], contentType: String?,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
        try record("publishEvent", "\(pubsub) \(topic)", options)
        world.withLock {
            $0.published = Event(
                pubsub: pubsub, topic: topic, data: data, contentType: contentType,
                metadata: metadata)
        }
    }

    func invoke(
        _ request: InvokeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse {
        try record("invoke", "\(request.verb) \(request.appID) \(request.method)", options)
        return world.withLock { world in
            world.invoked = request
            return world.invokeResponse
        }
    }

    func getSecret(
        store: String, name: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: String] {
        try record("getSecret", "\(store) \(name)", options)
        return world.withLock { $0.secrets[name] ?? [:] }
    }

    func getBulkSecret(
        store: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: [String: String]] {
        try record("getBulkSecret", store, options)
        return world.withLock { $0.secrets }
    }

    func getMetadata(options: CallOptions) async throws(DaprError) -> SidecarMetadata {
        try record("getMetadata", "", options)
        return world.withLock { $0.metadata }
    }

    func setMetadata(key: String, value: String, options: CallOptions) async throws(DaprError) {
        try record("setMetadata", "\(key)=\(value)", options)
    }

    func checkHealth(outbound: Bool, options: CallOptions) async throws(DaprError) {
        try record("checkHealth", "", options)
    }
}
