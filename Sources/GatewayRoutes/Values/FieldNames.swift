public import HTTPTypes

// Header fields that swift-http-types does not name.
extension HTTPField.Name {
    /// `X-Request-Id`: the caller's or our name for one request.
    public static let xRequestID = constant("X-Request-Id")
    /// `Server-Timing` (W3C Server Timing).
    public static let serverTiming = constant("Server-Timing")
    static let xHTTPMethodOverride = constant("X-HTTP-Method-Override")
    static let traceparent = constant("traceparent")
    static let tracestate = constant("tracestate")
    static let baggage = constant("baggage")

    static func constant(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else {
            preconditionFailure("a header field's name in the source is a token")
        }
        return name
    }
}

extension HTTPResponse.Status {
    /// 207 Multi-Status (RFC 4918, section 11.1): some of it was done.
    static let multiStatus = HTTPResponse.Status(code: 207, reasonPhrase: "Multi-Status")
}
