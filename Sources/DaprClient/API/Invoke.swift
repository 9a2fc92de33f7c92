public import HTTPTypes

/// A call of another app's method (service invocation).
public struct InvokeRequest: Sendable {
    /// The app's id, `app` or `app.namespace`.
    public var appID: String
    /// The HTTP method.
    public var verb: HTTPRequest.Method
    /// The path below the app's root, without a leading slash, percent-encoded where needed.
    public var method: String
    /// The query, percent-encoded, without `?`; nil when there is none.
    public var query: String?
    /// Header fields for the app, `Content-Type` among them.
    public var fields: HTTPFields
    /// The content.
    public var body: DaprBody

    /// A call of another app's method.
    public init(
        appID: String, verb: HTTPRequest.Method = .get, method: String, query: String? = nil,
        fields: HTTPFields = [:], body: DaprBody = .empty
    ) {
        self.appID = appID
        self.verb = verb
        self.method = method
        self.query = query
        self.fields = fields
        self.body = body
    }
}

/// What the app answered, an error status included.
public struct InvokeResponse: Sendable {
    /// The app's status.
    public var status: HTTPResponse.Status
    /// The app's header fields, without those that belong to one connection.
    public var fields: HTTPFields
    /// The content.
    public var body: DaprBody
    /// Whether `body` is only the beginning of what the app sent: the gRPC API keeps at most 63 bytes
    /// of an error's content.
    public var isBodyTruncated: Bool
    /// How long the content would be, in bytes, where an answer to HEAD says so; `body` is empty then.
    public var headLength: Int?

    /// What the app answered.
    public init(
        status: HTTPResponse.Status, fields: HTTPFields = [:], body: DaprBody = .empty,
        isBodyTruncated: Bool = false
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.isBodyTruncated = isBodyTruncated
    }
}
