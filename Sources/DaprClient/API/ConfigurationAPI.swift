/// Configuration stores, as both APIs offer them.
public protocol ConfigurationAPI: Sendable {
    /// Reads items (`GetConfiguration`); a key without a value is left out.
    ///
    /// - Parameter keys: none for all, which in a Redis store are all texts of its database.
    /// - Throws: `.noSuchComponent` for an unknown store; `.componentFailed` when the store fails.
    func getConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: ConfigurationItem]

    /// Subscribes to changes (`SubscribeConfiguration`) as long as the stream lives, without what
    /// makes it dependable: ``ConfigurationStore/changes(of:metadata:confirmingEvery:pollingEvery:options:)``
    /// has that.
    ///
    /// - Parameters:
    ///   - keys: none for all.
    ///   - options: a timeout ends the stream.
    /// - Throws: `.notSupported` over the HTTP API, which pushes changes to an app: gRPC has this;
    ///   `.noSuchComponent` for an unknown store; `.componentFailed` when the store fails. The stream
    ///   ends with `.unavailable` when the sidecar goes.
    func subscribeConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> ConfigurationStream

    /// Ends a subscription (`UnsubscribeConfiguration`); its stream then ends well.
    ///
    /// - Parameter id: which ``ConfigurationUpdate/id`` told.
    /// - Throws: `.notFound` when there is none with this id.
    func unsubscribeConfiguration(
        store: String, id: String, options: CallOptions
    ) async throws(DaprError)
}
