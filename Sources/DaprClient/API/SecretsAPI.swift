/// Secrets, as both APIs offer them.
public protocol SecretsAPI: Sendable {
    /// Reads one secret (`GetSecret`): one entry, or several in stores with multi-valued secrets.
    ///
    /// - Throws: `.noSuchComponent` for an unknown store; `.denied` for a secret that the sidecar's
    ///   configuration hides; `.componentFailed` for one that does not exist, in most stores.
    func getSecret(
        store: String, name: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: String]

    /// Reads every secret that the app may see (`GetBulkSecret`).
    ///
    /// - Throws: `.noSuchComponent` for an unknown store; `.componentFailed` when the store fails.
    func getBulkSecret(
        store: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: [String: String]]
}
