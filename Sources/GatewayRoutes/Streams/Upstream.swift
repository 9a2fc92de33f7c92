public import DaprClient

/// How what outlives a request reaches the sidecar: with the client of the shard that began it.
public final class Upstream: Sendable {
    let api: any DaprAPI
    /// Where its tasks run; nil leaves it to the system.
    let executor: (any TaskExecutor)?
    private let store: (@Sendable (String) -> ConfigurationStore)?

    /// A way to the sidecar.
    ///
    /// - Parameters:
    ///   - api: what is called.
    ///   - executor: where tasks run that outlive a request; nil leaves it to the system.
    ///   - configuration: the store of a name, which watches on that executor, too.
    public init(
        api: any DaprAPI, executor: (any TaskExecutor)? = nil,
        configuration: (@Sendable (String) -> ConfigurationStore)? = nil
    ) {
        self.api = api
        self.executor = executor
        store = configuration
    }

    func configuration(_ name: String) -> ConfigurationStore {
        store?(name) ?? ConfigurationStore(name: name, api: api)
    }
}

/// How time passes for what waits or outlives a request; a test has its own.
struct StreamTime: Sendable {
    var now: @Sendable () -> ContinuousClock.Instant = { .now }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// From 0 to 1, spreads what many clients do.
    var jitter: @Sendable () -> Double = { .random(in: 0..<1) }
}

/// A timer that was set for what waits in an actor.
struct Alarm {
    let due: ContinuousClock.Instant
    let task: Task<Void, Never>
}
