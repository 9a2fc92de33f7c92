/// Everything a client can ask of a sidecar, one method per Dapr API.
///
/// Both transports are one of these, so is their combination, and so is a test's fake. The handles
/// of `DaprClient` (`state("orders")`, `secrets("vault")`, ...) are a nicer way to call it.
///
/// Every method throws `DaprError` only; a cancelled task makes it throw `.cancelled` and resets the
/// stream to the sidecar.
public protocol DaprAPI: Sendable {
    // MARK: State

    /// Reads one value (`GetState`).
    ///
    /// - Returns: nil when the key does not exist. A store without ETags cannot tell an empty value
    ///   from a missing one; there an empty value counts as missing.
    func getState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> StateValue?

    /// Saves values (`SaveState`); more than one is not atomic.
    func saveState(
        store: String, items: [StateItem], options: CallOptions
    ) async throws(DaprError)

    /// Deletes one value (`DeleteState`); a missing key is no error.
    func deleteState(
        store: String, key: String, etag: ETag?, stateOptions: StateOptions,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError)

    /// Reads several values (`GetBulkState`), in the order of `keys`.
    ///
    /// - Parameter parallelism: how many the sidecar reads at once; 0 leaves it to the sidecar.
    func getBulkState(
        store: String, keys: [String], parallelism: Int, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [BulkStateItem]

    /// Executes operations as one transaction (`ExecuteStateTransaction`).
    func executeStateTransaction(
        store: String, operations: [StateOperation], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError)

    // MARK: Publish

    /// Publishes one event (`PublishEvent`).
    ///
    /// - Parameter contentType: of `data`; nil is the sidecar's default, `text/plain`.
    func publishEvent(
        pubsub: String, topic: String, data: [UInt8], contentType: String?,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError)

    // MARK: Service invocation

    /// Calls a method of an app; an error status of the app is a normal result.
    func invoke(
        _ request: InvokeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse

    // MARK: Secrets

    /// Reads one secret (`GetSecret`): one entry, or several in stores with multi-valued secrets.
    func getSecret(
        store: String, name: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: String]

    /// Reads every secret that the app may see (`GetBulkSecret`).
    func getBulkSecret(
        store: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: [String: String]]

    // MARK: The sidecar itself

    /// What the sidecar says about itself (`GetMetadata`).
    func getMetadata(options: CallOptions) async throws(DaprError) -> SidecarMetadata

    /// Sets one extended attribute (`SetMetadata`).
    func setMetadata(key: String, value: String, options: CallOptions) async throws(DaprError)

    /// Whether the sidecar is ready (`/v1.0/healthz`, or `/v1.0/healthz/outbound`).
    ///
    /// - Parameter outbound: asks only whether components are loaded, not whether the app answers.
    /// - Throws: `.unavailable` when the sidecar says that it is not ready, or does not answer.
    func checkHealth(outbound: Bool, options: CallOptions) async throws(DaprError)
}
