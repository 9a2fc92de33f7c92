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
    case methodNotAllowed = "method-not-allowed"
    case conflict = "conflict"
    case preconditionFailed = "precondition-failed"
    case bodyTooLarge = "body-too-large"
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
    case sidecarRefusedToken = "sidecar-refused-token"
    case malformedAnswer = "malformed-answer"
    case answerTooLarge = "answer-too-large"
    case sidecarUnavailable = "sidecar-unavailable"
    case tooManyConnections = "too-many-connections"
    case shuttingDown = "shutting-down"
    case outcomeUnknown = "outcome-unknown"
    case deadlineExceeded = "deadline-exceeded"
    case unsupportedMediaType = "unsupported-media-type"
    // How an app's gRPC method failed.
    case grpcCancelled = "grpc-cancelled"
    case grpcUnknown = "grpc-unknown"
    case grpcInvalidArgument = "grpc-invalid-argument"
    case grpcDeadlineExceeded = "grpc-deadline-exceeded"
    case grpcNotFound = "grpc-not-found"
    case grpcAlreadyExists = "grpc-already-exists"
    case grpcPermissionDenied = "grpc-permission-denied"
    case grpcResourceExhausted = "grpc-resource-exhausted"
    case grpcFailedPrecondition = "grpc-failed-precondition"
    case grpcAborted = "grpc-aborted"
    case grpcOutOfRange = "grpc-out-of-range"
    case grpcUnimplemented = "grpc-unimplemented"
    case grpcInternal = "grpc-internal"
    case grpcUnavailable = "grpc-unavailable"
    case grpcDataLoss = "grpc-data-loss"
    case grpcUnauthenticated = "grpc-unauthenticated"
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
        case .invalidName: Row(400, "A component or app name has characters that none has.")
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
        case .methodNotAllowed: Row(405, "The route does not have this method.")
        case .conflict: Row(409, "Another writer was faster.")
        case .preconditionFailed: Row(412, "The precondition of the request does not hold.")
        case .bodyTooLarge: Row(413, "The body is larger than the limit.")
        case .targetTooLong: Row(414, "The request target is longer than the limit.")
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
        case .sidecarRefusedToken: Row(502, "The sidecar refused the gateway's API token.")
        case .malformedAnswer: Row(502, "The sidecar's answer makes no sense.")
        case .answerTooLarge: Row(502, "The sidecar's answer is larger than the limit.")
        case .sidecarUnavailable: Row(503, "The sidecar is not available.", retryable: true)
        case .tooManyConnections: Row(503, "All connections are in use.", retryable: true)
        case .shuttingDown: Row(503, "The gateway is shutting down.", retryable: true)
        // To repeat it blindly could undo what another writer did in between.
        case .outcomeUnknown: Row(503, "Whether the write was done is not known.")
        case .deadlineExceeded: Row(504, "The deadline passed.")
        case .unsupportedMediaType: Row(415, "The route does not take this media type.")
        // As google.rpc.Code has them, but for UNKNOWN, INTERNAL and DATA_LOSS: a 500 is our own
        // mistake. None is retryable, as no status tells what the app did before it failed.
        case .grpcCancelled: Row(499, "The app answered CANCELLED.")
        case .grpcUnknown: Row(502, "The app answered UNKNOWN.")
        case .grpcInvalidArgument: Row(400, "The app answered INVALID_ARGUMENT.")
        case .grpcDeadlineExceeded: Row(504, "The app answered DEADLINE_EXCEEDED.")
        case .grpcNotFound: Row(404, "The app answered NOT_FOUND.")
        case .grpcAlreadyExists: Row(409, "The app answered ALREADY_EXISTS.")
        case .grpcPermissionDenied: Row(403, "The app answered PERMISSION_DENIED.")
        case .grpcResourceExhausted: Row(429, "The app answered RESOURCE_EXHAUSTED.")
        case .grpcFailedPrecondition: Row(400, "The app answered FAILED_PRECONDITION.")
        case .grpcAborted: Row(409, "The app answered ABORTED.")
        case .grpcOutOfRange: Row(400, "The app answered OUT_OF_RANGE.")
        case .grpcUnimplemented: Row(501, "The app answered UNIMPLEMENTED.")
        case .grpcInternal: Row(502, "The app answered INTERNAL.")
        case .grpcUnavailable: Row(503, "The app answered UNAVAILABLE.")
        case .grpcDataLoss: Row(502, "The app answered DATA_LOSS.")
        case .grpcUnauthenticated: Row(401, "The app answered UNAUTHENTICATED.")
        }
    }

    /// The `type` of problem documents: where this gateway describes it.
    public var uri: String { "/v1/problems/\(rawValue)" }
}
