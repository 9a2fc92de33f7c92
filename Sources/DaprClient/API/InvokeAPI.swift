/// Service invocation, as both APIs offer it.
public protocol InvokeAPI: Sendable {
    /// Calls a method of an app; an error status of the app is a normal result.
    func invoke(
        _ request: InvokeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse
}
