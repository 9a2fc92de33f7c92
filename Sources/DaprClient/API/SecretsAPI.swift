/// Secrets, as both APIs offer them.
public protocol SecretsAPI: Sendable {
    /// Reads one secret (`GetSecret`): one entry, or several in stores with multi-valued secrets.
    func getSecret(
        store: String, name: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: String]

    /// Reads every secret that the app may see (`GetBulkSecret`).
    func getBulkSecret(
        store: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: [String: String]]
}
