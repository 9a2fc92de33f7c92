/// Output bindings, as both APIs offer them.
public protocol BindingsAPI: Sendable {
    /// Does one thing with a binding (`InvokeBinding`).
    ///
    /// The gRPC API keeps bytes. The HTTP API carries the data as a part of a JSON text, so there it
    /// has to be JSON, which the sidecar writes anew (names sorted, numbers as doubles), and no data
    /// reaches the binding as `null`.
    ///
    /// - Parameters:
    ///   - name: the name of the component.
    ///   - operation: such as `create`, `get`, `delete` or `list`; the binding says which it knows.
    ///   - data: what the binding gets.
    ///   - metadata: for the binding.
    ///   - options: deadline and trace context.
    /// - Throws: `.notSupported` for data that is not JSON over the HTTP API, and for an operation
    ///   that the binding does not know; `.noSuchComponent` for an unknown binding; `.invalidArgument`
    ///   for no operation; `.componentFailed` when the binding's system fails.
    func invokeBinding(
        name: String, operation: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BindingResult
}
