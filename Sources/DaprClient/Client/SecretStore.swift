/// A secret store of a sidecar.
public struct SecretStore: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any DaprAPI

    /// A store on any implementation of the API, such as a test's.
    public init(name: String, api: any DaprAPI) {
        self.name = name
        self.api = api
    }

    /// Reads one secret: one entry, or several in stores with multi-valued secrets.
    public func get(
        _ secret: String, metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [String: String] {
        try await api.getSecret(store: name, name: secret, metadata: metadata, options: options)
    }

    /// Reads every secret that the app may see.
    public func getAll(
        metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [String: [String: String]] {
        try await api.getBulkSecret(store: name, metadata: metadata, options: options)
    }
}
