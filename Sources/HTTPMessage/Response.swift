public import HTTPTypes

/// A response as a handler makes it; `Content-Length`, `Transfer-Encoding`, `Date` and `Connection`
/// are the server's business.
public struct Response: Sendable {
    /// The status code.
    public var status: HTTPResponse.Status
    /// The header fields.
    public var fields: HTTPFields
    /// More header fields, which are sent after the others.
    public var prepared: PreparedFields
    /// The content. A response to HEAD carries the body whose length it describes; the server does
    /// not send it.
    public var body: Body

    /// Puts a response together.
    public init(
        _ status: HTTPResponse.Status, fields: HTTPFields = HTTPFields(),
        prepared: PreparedFields = PreparedFields(), body: Body = .empty
    ) {
        self.status = status
        self.fields = fields
        self.prepared = prepared
        self.body = body
    }
}
