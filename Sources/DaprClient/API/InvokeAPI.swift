/// Service invocation, as both APIs offer it.
public protocol InvokeAPI: Sendable {
    /// Calls a method of an app; an error status of the app is a normal result.
    ///
    /// - Throws: what the sidecar says of its own: `.noSuchComponent` when no app has this id;
    ///   `.invalidArgument` for an empty id, and a method that is not percent-encoded; `.denied` by a
    ///   policy; `.componentFailed` when the app cannot be reached. `.notSupported` over gRPC for an
    ///   HTTP method that it has no name for.
    func invoke(
        _ request: InvokeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse
}
