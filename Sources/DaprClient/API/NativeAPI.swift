public import HTTPTypes

/// The sidecar's own HTTP API, request by request and uninterpreted, for those who pass it through.
public protocol NativeAPI: Sendable {
    /// Sends a request to the HTTP API and gives back whatever it answers, an error status included.
    ///
    /// - Returns: status, header fields and content of the answer.
    /// - Throws: `.unauthenticated` when the sidecar refuses the client's own token, `.notSupported`
    ///   where only the gRPC API is used, and what keeps an answer from coming.
    func callNative(
        _ request: NativeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse
}

/// A request to the sidecar's own HTTP API. The API token is the client's: it is set when the
/// request is sent, whatever `fields` say.
public struct NativeRequest: Sendable {
    /// The HTTP method.
    public var verb: HTTPRequest.Method
    /// The path, `/v1.0/state/orders/17` for instance, percent-encoded.
    public var path: String
    /// The query, percent-encoded, without `?`; nil when there is none.
    public var query: String?
    /// Header fields.
    public var fields: HTTPFields
    /// The content.
    public var body: DaprBody
    /// Whether the request changes nothing, so that it may be repeated when its connection is lost.
    public var isRead: Bool

    /// A request to the sidecar's own HTTP API.
    public init(
        verb: HTTPRequest.Method = .get, path: String, query: String? = nil,
        fields: HTTPFields = [:], body: DaprBody = .empty, isRead: Bool = false
    ) {
        self.verb = verb
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
        self.isRead = isRead
    }
}
