/// Every way in which the facade refuses or fails: the `type` of a problem document (RFC 9457).
public enum ProblemType: String, Sendable, CaseIterable {
    case malformedRequest = "malformed-request"
    case invalidPath = "invalid-path"
    case invalidName = "invalid-name"
    case invalidKey = "invalid-key"
    case unknownParameter = "unknown-parameter"
    case invalidParameter = "invalid-parameter"
    case invalidHeader = "invalid-header"
    case invalidBody = "invalid-body"
    case invalidArgument = "invalid-argument"
    case forbidden = "forbidden"
    case noSuchRoute = "no-such-route"
    case noDefault = "no-default"
    case notFound = "not-found"
    case noSuchComponent = "no-such-component"
    case noSuchApp = "no-such-app"
    case noSuchActorType = "no-such-actor-type"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case conflict = "conflict"
    case alreadyExists = "already-exists"
    case stillActive = "still-active"
    case preconditionFailed = "precondition-failed"
    case bodyTooLarge = "body-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case targetTooLong = "target-too-long"
    case headersTooLarge = "headers-too-large"
    case clientGone = "client-gone"
    case internalError = "internal-error"
    case notSupported = "not-supported"
    case upgradeNotSupported = "upgrade-not-supported"
    case codingNotSupported = "coding-not-supported"
    case secretStoreFailed = "secret-store-failed"
    case componentFailed = "component-failed"
    case appUnreachable = "app-unreachable"
    case actorFailed = "actor-failed"
    case sidecarRefusedToken = "sidecar-refused-token"
    case malformedAnswer = "malformed-answer"
    case answerTooLarge = "answer-too-large"
    case sidecarUnavailable = "sidecar-unavailable"
    case tooManyConnections = "too-many-connections"
    case tooManySubscriptions = "too-many-subscriptions"
    case shuttingDown = "shutting-down"
    case outcomeUnknown = "outcome-unknown"
    case deadlineExceeded = "deadline-exceeded"
}

extension ProblemType {
    /// What the table says about a type.
    public struct Row: Sendable, Hashable {
        /// The HTTP status code.
        public let status: Int
        /// Whether the same request may succeed a moment later and is safe to repeat; such
        /// responses carry `Retry-After`.
        public let isRetryable: Bool
        /// A sentence that is the same for every problem of the type.
        public let title: String

        fileprivate init(_ status: Int, _ title: String, retryable: Bool = false) {
            self.status = status
            self.title = title
            isRetryable = retryable
        }
    }

    /// The row of the table: the only place that knows status codes of failures.
    public var row: Row {
        switch self {
        case .malformedRequest: Row(400, "The request breaks the rules of HTTP.")
        case .invalidPath: Row(400, "The path cannot be decoded.")
        case .invalidName: Row(400, "A name is too long or has characters that none has.")
        case .invalidKey: Row(400, "The key cannot be one.")
        case .unknownParameter: Row(400, "The route knows no such query parameter.")
        case .invalidParameter: Row(400, "A query parameter has a value that it cannot have.")
        case .invalidHeader: Row(400, "A header field has a value that it cannot have.")
        case .invalidBody: Row(400, "The body is not what the route expects.")
        case .invalidArgument: Row(400, "The sidecar refused an argument.")
        case .forbidden: Row(403, "This is not allowed.")
        case .noSuchRoute: Row(404, "There is no such route.")
        case .noDefault: Row(404, "No default is configured for this building block.")
        case .notFound: Row(404, "What was asked for does not exist.")
        case .noSuchComponent: Row(404, "The sidecar has no component of that name.")
        case .noSuchApp: Row(404, "The sidecar knows no app of that name.")
        case .noSuchActorType: Row(404, "Nobody hosts actors of that type.")
        case .methodNotAllowed: Row(405, "The route does not have this method.")
        case .notAcceptable: Row(406, "The client accepts nothing that the route has.")
        case .conflict: Row(409, "Another writer was faster.")
        case .alreadyExists: Row(409, "There is one of that name already.")
        case .stillActive: Row(409, "It has to end before this is possible.")
        case .preconditionFailed: Row(412, "The precondition of the request does not hold.")
        case .bodyTooLarge: Row(413, "The body is larger than the limit.")
        case .targetTooLong: Row(414, "The request target is longer than the limit.")
        case .unsupportedMediaType: Row(415, "The route does not take content of this type.")
        case .headersTooLarge: Row(431, "The header fields are larger than the limit.")
        // Nobody reads it; in the metrics it is told apart from failures, as nginx does.
        case .clientGone: Row(499, "The client went away.")
        case .internalError: Row(500, "The gateway made a mistake.")
        case .notSupported: Row(501, "The component cannot do this.")
        case .upgradeNotSupported: Row(501, "The gateway does not switch protocols.")
        case .codingNotSupported: Row(501, "The transfer coding is not supported.")
        case .secretStoreFailed: Row(502, "The secret store failed.")
        case .componentFailed: Row(502, "The component failed.")
        case .appUnreachable: Row(502, "The app cannot be reached.")
        case .actorFailed: Row(502, "The actor failed.")
        case .sidecarRefusedToken: Row(502, "The sidecar refused the gateway's API token.")
        case .malformedAnswer: Row(502, "The sidecar's answer makes no sense.")
        case .answerTooLarge: Row(502, "The sidecar's answer is larger than the limit.")
        case .sidecarUnavailable: Row(503, "The sidecar is not available.", retryable: true)
        case .tooManyConnections: Row(503, "All connections are in use.", retryable: true)
        case .tooManySubscriptions:
            Row(503, "All subscriptions to the sidecar are in use.", retryable: true)
        case .shuttingDown: Row(503, "The gateway is shutting down.", retryable: true)
        // To repeat it blindly could undo what another writer did in between.
        case .outcomeUnknown: Row(503, "Whether the write was done is not known.")
        case .deadlineExceeded: Row(504, "The deadline passed.")
        }
    }

    /// The `type` of problem documents: where this gateway describes it.
    public var uri: String { "/v1/problems/\(rawValue)" }
}
