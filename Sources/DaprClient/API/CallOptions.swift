/// What a caller may say about one call.
public struct CallOptions: Sendable, Hashable {
    /// How long the call may take in all; nil means the client's default. Sent as `grpc-timeout`.
    public var timeout: Duration?
    /// Trace context to pass on, if there is any.
    public var trace: TraceContext

    /// Options for one call.
    ///
    /// - Parameters:
    ///   - timeout: how long the call may take; nil means the client's default.
    ///   - trace: trace context to pass on.
    public init(timeout: Duration? = nil, trace: TraceContext = TraceContext()) {
        self.timeout = timeout
        self.trace = trace
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
