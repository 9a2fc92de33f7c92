public import HTTPTypes

extension DaprClient {
    /// The state store of this name.
    public func state(_ store: String) -> StateStore {
        StateStore(name: store, api: api)
    }

    /// The pub/sub component of this name.
    public func pubsub(_ name: String) -> PubSub {
        PubSub(name: name, api: api)
    }

    /// The secret store of this name.
    public func secrets(_ store: String) -> SecretStore {
        SecretStore(name: store, api: api)
    }

    /// Calls a method of another app; an error status of the app is a normal result.
    public func invoke(
        _ request: InvokeRequest, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> InvokeResponse {
        try await api.invoke(request, options: options)
    }

    /// Calls a method of another app; an error status of the app is a normal result.
    ///
    /// - Parameters:
    ///   - appID: the app's id, `app` or `app.namespace`.
    ///   - method: the path below the app's root, percent-encoded where needed.
    ///   - verb: the HTTP method.
    ///   - fields: header fields for the app.
    ///   - body: the content.
    ///   - options: deadline and trace context.
    public func invoke(
        _ appID: String, _ method: String, verb: HTTPRequest.Method = .get,
        fields: HTTPFields = [:], body: [UInt8] = [], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> InvokeResponse {
        try await api.invoke(
            InvokeRequest(
                appID: appID, verb: verb, method: method, fields: fields,
                body: body.isEmpty ? .empty : .bytes(body)), options: options)
    }

    /// What the sidecar says about itself.
    public func metadata(
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> SidecarMetadata {
        try await api.getMetadata(options: options)
    }

    /// Sets one extended attribute of the sidecar's metadata.
    public func setMetadata(
        _ key: String, to value: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.setMetadata(key: key, value: value, options: options)
    }
}
