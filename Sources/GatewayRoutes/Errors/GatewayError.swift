public import DaprClient
public import HTTPTypes

/// Why a request gets no answer of its own: what becomes a problem document.
public struct GatewayError: Error, Sendable {
    /// The row of the table of problems.
    public var code: ProblemType
    /// A sentence about this very request, for the caller.
    public var message: String
    /// What the sidecar said, where it spoke.
    public var cause: DaprError?
    /// Header fields for the response, such as `Allow`.
    public var fields: HTTPFields

    /// Describes a failure.
    ///
    /// - Parameters:
    ///   - code: the row of the table of problems.
    ///   - message: a sentence for the caller.
    ///   - cause: what the sidecar said.
    ///   - fields: header fields for the response.
    public init(
        _ code: ProblemType, _ message: String, cause: DaprError? = nil, fields: HTTPFields = [:]
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.fields = fields
    }
}

extension GatewayError: CustomStringConvertible {
    /// `not-found: the key 'a' does not exist`.
    public var description: String {
        let name = cause?.code.map { " [\($0)]" } ?? ""
        // The message mostly is what the sidecar said.
        let said = cause.map { $0.message == message ? "" : " (\($0.message))" } ?? ""
        return "\(code.rawValue)\(name): \(message)\(said)"
    }
}

extension GatewayError {
    /// What a failed call means to the caller of the gateway, unless its route knows better.
    ///
    /// - Parameters:
    ///   - error: why the call failed.
    ///   - hasBody: whether the caller sent a body, so that something too large may be that.
    public init(_ error: DaprError, hasBody: Bool = true) {
        var type = ProblemType(error.kind)
        if error.kind == .tooLarge {
            // Header fields are measured before anything is sent.
            type =
                if error.isUnprocessed { .headersTooLarge } else if hasBody { .bodyTooLarge } else {
                    .answerTooLarge
                }
        }
        self.init(type, error.message, cause: error)
    }
}

extension ProblemType {
    /// The problem that a kind of failed call is, unless the route knows better.
    init(_ kind: DaprError.Kind) {
        self =
            switch kind {
            case .invalidArgument: .invalidArgument
            case .noSuchComponent: .noSuchComponent
            case .notFound: .notFound
            case .conflict: .conflict
            case .denied: .forbidden
            // Our token is wrong, so it is not the caller who has to authenticate.
            case .unauthenticated: .sidecarRefusedToken
            case .notSupported: .notSupported
            case .tooLarge: .bodyTooLarge
            case .unavailable: .sidecarUnavailable
            case .deadlineExceeded: .deadlineExceeded
            case .cancelled: .clientGone
            case .componentFailed, .unknown: .componentFailed
            case .malformedResponse: .malformedAnswer
            }
    }
}
