/// The changes of items in a configuration store, for one consumer: first everything there is, then
/// what changed.
///
/// It begins with the first `next()`. Lost streams and sidecars are waited for, with growing pauses;
/// after each reconnection everything is read, and what changed meanwhile is told once. When the
/// consumer lets go of the iterator, or its task is cancelled, the sequence ends and the sidecar is
/// told (`UnsubscribeConfiguration`). Only an error that cannot get better, such as an unknown store,
/// ends it with that error.
public final class ConfigurationChanges: AsyncSequence, Sendable {
    private let watcher: ConfigurationWatcher

    init(_ watcher: ConfigurationWatcher) {
        self.watcher = watcher
    }

    /// How long ago it was certain that what was told is what the store has; nil before the first
    /// time.
    public var timeSinceConfirmation: Duration? {
        get async { await watcher.timeSinceConfirmation }
    }

    /// The one iterator: a second one goes on where the first is, or is at its end.
    public func makeAsyncIterator() -> Iterator {
        Iterator(watcher)
    }

    /// Waits for changes.
    public struct Iterator: AsyncIteratorProtocol {
        /// Stops the watch when nobody holds the iterator any more.
        private final class Hold: Sendable {
            let watcher: ConfigurationWatcher

            init(_ watcher: ConfigurationWatcher) {
                self.watcher = watcher
            }

            deinit {
                let watcher = watcher
                Task { await watcher.stop() }
            }
        }

        private let hold: Hold

        init(_ watcher: ConfigurationWatcher) {
            hold = Hold(watcher)
        }

        /// The next change; nil when the task was cancelled.
        ///
        /// - Throws: an error that cannot get better.
        public func next() async throws(DaprError) -> ConfigurationChange? {
            try await hold.watcher.next()
        }

        /// The same, wherever the caller is isolated.
        public func next(
            isolation actor: isolated (any Actor)?
        ) async throws(DaprError) -> ConfigurationChange? {
            try await hold.watcher.next()
        }
    }
}
