/// Whether a sidecar can be used, and why not.
public enum SidecarHealth: Sendable, Hashable {
    /// It can.
    case ready
    /// It answers that it is not ready, or does not answer; the error says which.
    case notReady(DaprError)

    /// Whether it can be used.
    public var isReady: Bool { self == .ready }

    /// Why not; nil when it can.
    public var reason: DaprError? {
        if case .notReady(let error) = self { error } else { nil }
    }
}

extension DaprClient {
    /// Asks the sidecar for its health (`/v1.0/healthz`, or `/v1.0/healthz/outbound`), which needs no
    /// API token. The gRPC API has no such service, so there the metadata is asked for.
    ///
    /// - Parameters:
    ///   - outbound: asks only whether components are loaded, not whether the app answers.
    ///   - options: deadline and trace context.
    public func health(
        outbound: Bool = false, options: CallOptions = CallOptions()
    ) async -> SidecarHealth {
        do throws(DaprError) {
            try await api.checkHealth(outbound: outbound, options: options)
            return .ready
        } catch {
            return .notReady(error)
        }
    }

    /// Ends the sidecar: it stops taking calls, finishes those under way and exits. To end the client
    /// itself, use ``shutdown()``.
    ///
    /// - Parameters:
    ///   - isForced: ends the process at once, with exit status 1.
    ///   - options: deadline and trace context.
    public func shutdownSidecar(
        isForced: Bool = false, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.shutdownSidecar(isForced: isForced, options: options)
    }
}
