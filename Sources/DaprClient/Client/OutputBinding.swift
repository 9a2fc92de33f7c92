/// An output binding of a sidecar.
public struct OutputBinding: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any BindingsAPI

    /// A binding on any implementation of the API, such as a test's.
    public init(name: String, api: any BindingsAPI) {
        self.name = name
        self.api = api
    }

    /// Does something that needs no data.
    ///
    /// - Parameters:
    ///   - operation: such as `get`, `delete` or `list`; the binding says which it knows.
    ///   - metadata: for the binding, such as `fileName`.
    ///   - options: deadline and trace context.
    @discardableResult
    public func invoke(
        _ operation: String, metadata: [String: String] = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> BindingResult {
        try await api.invokeBinding(
            name: name, operation: operation, data: [], metadata: metadata, options: options)
    }

    /// Does something with data: bytes (`[UInt8]`, `Data`) as they are, a `String` as UTF-8, all
    /// else as JSON. The HTTP API can only carry JSON.
    ///
    /// - Parameters:
    ///   - operation: such as `create`; the binding says which it knows.
    ///   - data: what the binding gets.
    ///   - ttl: how long it is worth something, rounded up to seconds; nil for ever.
    ///   - metadata: for the binding, such as `fileName`.
    ///   - options: deadline and trace context.
    @discardableResult
    public func invoke<Content: Encodable>(
        _ operation: String, _ data: Content, ttl: Duration? = nil,
        metadata: [String: String] = [:], options: CallOptions = CallOptions()
    ) async throws(DaprError) -> BindingResult {
        try await api.invokeBinding(
            name: name, operation: operation, data: try Payload(data).bytes,
            metadata: try metadata.living(ttl), options: options)
    }
}

extension DaprClient {
    /// The output binding of this name.
    public func binding(_ name: String) -> OutputBinding {
        OutputBinding(name: name, api: api)
    }
}
