extension DaprClient {
    /// The lock store of this name.
    public func lock(_ store: String) -> LockStore {
        LockStore(name: store, api: api)
    }
}

/// A store of distributed locks of a sidecar.
///
/// Dapr keeps the locks of each app apart, unless the component's `keyPrefix` says otherwise: they
/// exclude instances of one app, not other apps.
public struct LockStore: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any LockAPI

    /// A store on any implementation of the API, such as a test's.
    public init(name: String, api: any LockAPI) {
        self.name = name
        self.api = api
    }

    /// Takes a lock if nobody holds it; not even its owner can take it twice.
    ///
    /// When this throws other than for a wrong argument, the lock may have been taken all the same:
    /// unlock it, or let it expire.
    ///
    /// - Parameters:
    ///   - resource: what is locked; without `||`.
    ///   - owner: who may unlock it; whoever knows it can, so it is best a new random text each time.
    ///   - expiry: after which it is free again, in whole seconds. It cannot be extended.
    ///   - options: deadline and trace context.
    /// - Returns: false when somebody holds it.
    public func tryLock(
        _ resource: String, owner: String, expiry: Duration, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> Bool {
        try await api.tryLock(
            store: name, resource: resource, owner: owner, expiry: expiry, options: options)
    }

    /// Gives a lock back.
    public func unlock(
        _ resource: String, owner: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> UnlockResult {
        try await api.unlock(store: name, resource: resource, owner: owner, options: options)
    }
}
