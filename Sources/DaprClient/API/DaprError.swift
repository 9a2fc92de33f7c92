/// Why a call failed, the same over both transports.
public struct DaprError: Error, Sendable, Hashable {
    /// The kinds of failure that a caller can act on.
    public enum Kind: String, Sendable, CaseIterable {
        /// The caller's argument is wrong; the sidecar was not asked, or said so.
        case invalidArgument
        /// The component or app is not known to the sidecar.
        case noSuchComponent
        /// What was asked for does not exist.
        case notFound
        /// An ETag or a first-write did not match.
        case conflict
        /// The sidecar's policies forbid it.
        case denied
        /// The sidecar refused the API token, or misses one.
        case unauthenticated
        /// The component cannot do this, or the transport cannot.
        case notSupported
        /// A message is over a size limit.
        case tooLarge
        /// The sidecar could not be reached, went away, or is not ready.
        case unavailable
        /// The deadline passed.
        case deadlineExceeded
        /// The caller's task was cancelled.
        case cancelled
        /// The component, or the app that was invoked, failed.
        case componentFailed
        /// The sidecar's answer makes no sense.
        case malformedResponse
        /// Anything else.
        case unknown
    }

    /// What the transport said.
    public enum TransportStatus: Sendable, Hashable {
        /// A gRPC status code (0...16).
        case grpc(Int)
        /// An HTTP status code.
        case http(Int)
    }

    /// One entry of a gRPC status's or a JSON error's `details`.
    public enum Detail: Sendable, Hashable {
        /// `google.rpc.ErrorInfo`.
        case errorInfo(reason: String, domain: String, metadata: [String: String])
        /// `google.rpc.ResourceInfo`.
        case resourceInfo(type: String, name: String, owner: String, description: String)
        /// `google.rpc.BadRequest`, a pair for each field.
        case badRequest([FieldViolation])
        /// `google.rpc.Help`.
        case help([Link])
        /// Any other, by its type's full name.
        case other(type: String)
    }

    /// A field of a request that was refused.
    public struct FieldViolation: Sendable, Hashable {
        /// The name of the field.
        public var field: String
        /// What is wrong with it.
        public var description: String

        /// A field of a request that was refused.
        public init(field: String, description: String) {
            self.field = field
            self.description = description
        }
    }

    /// A page that helps.
    public struct Link: Sendable, Hashable {
        /// What the page is about.
        public var description: String
        /// Where it is.
        public var url: String

        /// A page that helps.
        public init(description: String, url: String) {
            self.description = description
            self.url = url
        }
    }

    /// The kind of failure.
    public var kind: Kind
    /// A sentence that says what happened, usually the sidecar's own.
    public var message: String
    /// Dapr's `errorCode`, or `ErrorInfo.reason` over gRPC; nil where the API gives none.
    public var code: String?
    /// What the transport said; nil when nothing came back.
    public var status: TransportStatus?
    /// Further details that the sidecar gave.
    public var details: [Detail]
    /// Whether the sidecar certainly did not process the call, so that repeating it is safe.
    public var isUnprocessed: Bool

    /// Describes a failure.
    public init(
        _ kind: Kind, _ message: String, code: String? = nil, status: TransportStatus? = nil,
        details: [Detail] = [], isUnprocessed: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.code = code
        self.status = status
        self.details = details
        self.isUnprocessed = isUnprocessed
    }
}

extension DaprError: CustomStringConvertible {
    /// `unavailable: connect: Connection refused (111)`.
    public var description: String {
        let name = code.map { " [\($0)]" } ?? ""
        return "\(kind.rawValue)\(name): \(message)"
    }
}
