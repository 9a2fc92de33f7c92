/// What a caller may say about one call.
public struct CallOptions: Sendable, Hashable {
    /// How long the call may take in all; nil means the client's default. Sent as `grpc-timeout`.
    public var timeout: Duration?
    /// Trace context to pass on, if there is any.
    public var trace: TraceContext

    /// Whether the call waits for a sidecar that cannot be reached, until its deadline, instead of
    /// failing at once; nil means the client's default
    /// (``DaprClient/Configuration/waitsForSidecar``).
    public var waitsForSidecar: Bool?
    /// Whether the call may be sent a second time: when the sidecar certainly did not process it, or
    /// when it only reads and its connection was lost. Invocations are never repeated once the
    /// sidecar may have them: it repeats them itself.
    public var allowsRetry = true

    /// Options for one call.
    ///
    /// - Parameters:
    ///   - timeout: how long the call may take; nil means the client's default.
    ///   - trace: trace context to pass on.
    ///   - waitsForSidecar: whether to wait for a sidecar that cannot be reached; nil means the
    ///     client's default.
    ///   - allowsRetry: whether the call may be sent a second time where that is safe.
    public init(
        timeout: Duration? = nil, trace: TraceContext = TraceContext(),
        waitsForSidecar: Bool? = nil, allowsRetry: Bool = true
    ) {
        self.timeout = timeout
        self.trace = trace
        self.waitsForSidecar = waitsForSidecar
        self.allowsRetry = allowsRetry
    }
}

/// W3C trace context and baggage, as header values that were checked before.
public struct TraceContext: Sendable, Hashable {
    /// `traceparent` (W3C Trace Context, section 3.2).
    public var parent: String?
    /// `tracestate` (section 3.3).
    public var state: String?
    /// `baggage` (W3C Baggage, section 3).
    public var baggage: String?

    /// Trace context to pass on.
    public init(parent: String? = nil, state: String? = nil, baggage: String? = nil) {
        self.parent = parent
        self.state = state
        self.baggage = baggage
    }
}
