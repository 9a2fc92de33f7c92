import HTTP2

/// A call with one request message.
struct GRPCRequest: Sendable {
    /// The full path.
    var method: String
    /// The request's header fields, pseudo-header fields included.
    var metadata: HeaderBlock
    /// The serialised request.
    var message: [UInt8]
    var trace: TraceContext
}

/// How a call ends.
struct GRPCReply: Sendable {
    var status: GRPCStatus
    /// The serialised response; not sent unless the status is OK.
    var message: [UInt8]
    /// Metadata before the message, names in lower case; values of `-bin` names are base64 already.
    var headers: [(name: String, value: String)] = []
    /// Metadata after the message, besides the status.
    var trailers: [(name: String, value: String)] = []

    init(
        status: GRPCStatus = .ok, message: [UInt8] = [],
        headers: [(name: String, value: String)] = [],
        trailers: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.message = message
        self.headers = headers
        self.trailers = trailers
    }
}

/// The status of a call (`google.rpc.Status`).
struct GRPCStatus: Sendable, Error {
    var code: Int
    var message: String
    var details: [ErrorDetail] = []
    /// Whether the call failed before a handler saw it, so that the whole answer is one block of
    /// header fields.
    var isEarly = false

    /// A failure before any handler saw the call.
    static func early(_ code: Int, _ message: String) -> GRPCStatus {
        var status = GRPCStatus(code, message)
        status.isEarly = true
        return status
    }

    init(_ code: Int, _ message: String, details: [ErrorDetail] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    static let ok = GRPCStatus(0, "")

    /// The codes that the sidecar uses, by their names in gRPC.
    static let unknown = 2
    static let invalidArgument = 3
    static let deadlineExceeded = 4
    static let notFound = 5
    static let resourceExhausted = 8
    static let failedPrecondition = 9
    static let aborted = 10
    static let unimplemented = 12
    static let internalError = 13
    static let unavailable = 14
    static let unauthenticated = 16
}
