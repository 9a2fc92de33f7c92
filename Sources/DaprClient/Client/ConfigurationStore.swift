public import EventLoop

extension DaprClient {
    /// The configuration store of this name.
    public func configuration(_ store: String) -> ConfigurationStore {
        ConfigurationStore(name: store, api: api, loop: loop)
    }
}

/// A configuration store of a sidecar.
public struct ConfigurationStore: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any ConfigurationAPI
    private let executor: (any TaskExecutor)?

    /// A store on any implementation of the API, such as a test's.
    ///
    /// - Parameter loop: where the tasks behind ``changes(of:metadata:confirmingEvery:pollingEvery:options:)``
    ///   run; nil leaves it to the system.
    public init(name: String, api: any ConfigurationAPI, loop: EventLoop? = nil) {
        self.name = name
        self.api = api
        executor = loop
    }

    /// Reads one item; nil when the key has no value.
    public func get(
        _ key: String, metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> ConfigurationItem? {
        try await get([key], metadata: metadata, options: options)[key]
    }

    /// Reads several items; a key without a value is left out.
    public func get(
        _ keys: [String], metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [String: ConfigurationItem] {
        // To the sidecar no key means all of them.
        guard !keys.isEmpty else { return [:] }
        return try await api.getConfiguration(
            store: name, keys: keys, metadata: metadata, options: options)
    }

    /// Reads every item. Mind that a Redis store gives every text of its database, whoever wrote it.
    public func getAll(
        metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [String: ConfigurationItem] {
        try await api.getConfiguration(
            store: name, keys: [], metadata: metadata, options: options)
    }

    /// The items of some keys and how they change, without gaps and duplicates.
    ///
    /// Over gRPC the sidecar's stream tells of changes. The HTTP API has none, so over HTTP the items
    /// are read again and again. Of changes that come faster than they are taken, the last counts. Of
    /// versions that are numbers a higher one is newer.
    ///
    /// - Parameters:
    ///   - keys: at least one; nil for all, of which ``getAll(metadata:options:)`` warns.
    ///   - metadata: for the component.
    ///   - confirmation: how often the items are read besides, since a stream can be dead while it
    ///     looks alive; zero for never.
    ///   - polling: how often they are read over HTTP; at least 100 ms.
    ///   - options: of each call; its timeout is not that of the stream.
    public func changes(
        of keys: [String]?, metadata: [String: String] = [:],
        confirmingEvery confirmation: Duration = .seconds(60),
        pollingEvery polling: Duration = .seconds(5), options: CallOptions = CallOptions()
    ) -> ConfigurationChanges {
        let policy = ConfigurationWatch.Policy(
            confirmation: max(confirmation, .zero), polling: max(polling, .milliseconds(100)))
        let subject = ConfigurationWatcher.Subject(
            store: name, keys: keys, metadata: metadata, options: options)
        return ConfigurationChanges(
            ConfigurationWatcher(subject, policy: policy, api: api, on: executor))
    }
}
