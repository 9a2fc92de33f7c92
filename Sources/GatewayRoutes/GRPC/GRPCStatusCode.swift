import DaprClient

/// The status codes of gRPC (https://grpc.io/docs/guides/status-codes). What an app's status is over
/// HTTP, the rows of ``ProblemType`` say.
enum GRPCStatusCode: Int, Sendable, CaseIterable {
    case ok = 0
    case cancelled = 1
    case unknown = 2
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case outOfRange = 11
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case dataLoss = 15
    case unauthenticated = 16

    /// `NOT_FOUND`.
    var name: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "CANCELLED"
        case .unknown: "UNKNOWN"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .deadlineExceeded: "DEADLINE_EXCEEDED"
        case .notFound: "NOT_FOUND"
        case .alreadyExists: "ALREADY_EXISTS"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .failedPrecondition: "FAILED_PRECONDITION"
        case .aborted: "ABORTED"
        case .outOfRange: "OUT_OF_RANGE"
        case .unimplemented: "UNIMPLEMENTED"
        case .internal: "INTERNAL"
        case .unavailable: "UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        case .unauthenticated: "UNAUTHENTICATED"
        }
    }

    /// The problem that an app's status is; OK, which is none, comes as a failure only by mistake.
    var problem: ProblemType {
        switch self {
        case .ok: .malformedAnswer
        case .cancelled: .grpcCancelled
        case .unknown: .grpcUnknown
        case .invalidArgument: .grpcInvalidArgument
        case .deadlineExceeded: .grpcDeadlineExceeded
        case .notFound: .grpcNotFound
        case .alreadyExists: .grpcAlreadyExists
        case .permissionDenied: .grpcPermissionDenied
        case .resourceExhausted: .grpcResourceExhausted
        case .failedPrecondition: .grpcFailedPrecondition
        case .aborted: .grpcAborted
        case .outOfRange: .grpcOutOfRange
        case .unimplemented: .grpcUnimplemented
        case .internal: .grpcInternal
        case .unavailable: .grpcUnavailable
        case .dataLoss: .grpcDataLoss
        case .unauthenticated: .grpcUnauthenticated
        }
    }

    /// The status of an app that a problem stands for, if it is one of those.
    init?(_ problem: ProblemType) {
        guard let code = Self.allCases.first(where: { $0 != .ok && $0.problem == problem }) else {
            return nil
        }
        self = code
    }

    /// The status of a failed call: what came back, else what its kind amounts to.
    init(_ error: DaprError) {
        if case .grpc(let number) = error.status, number != 0, let code = Self(rawValue: number) {
            self = code
            return
        }
        self =
            switch error.kind {
            case .invalidArgument: .invalidArgument
            case .noSuchComponent, .notFound: .notFound
            case .conflict: .aborted
            case .denied: .permissionDenied
            case .unauthenticated: .unauthenticated
            case .notSupported: .unimplemented
            case .tooLarge: .resourceExhausted
            case .unavailable: .unavailable
            case .deadlineExceeded: .deadlineExceeded
            case .cancelled: .cancelled
            case .malformedResponse: .internal
            case .componentFailed, .unknown: .unknown
            }
    }
}
