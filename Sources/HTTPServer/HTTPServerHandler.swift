public import HTTPMessage

/// What a server asks and tells its owner; all calls come on the loop.
public protocol HTTPServerHandler: AnyObject {
    /// What to do with the body of a request whose head is complete.
    ///
    /// - Parameter request: without its body. Asked once for each request, also for one without body.
    func server(_ server: HTTPServer, bodyFor request: Request) -> BodyDisposition

    /// A request to answer: complete when it was buffered, at once when its body is streamed.
    ///
    /// A handler that responds before it returns saves the suspension of the connection.
    func server(_ server: HTTPServer, received exchange: Exchange)

    /// The response to a request that the server itself turns down.
    ///
    /// - Parameter request: as much as is known of it; nil when a connection is refused.
    func server(
        _ server: HTTPServer, responseFor refusal: ServerRefusal, to request: Request?
    ) -> Response

    /// An exchange is over. Called once for every request whose head was complete.
    func server(_ server: HTTPServer, finished summary: ExchangeSummary)
}

extension HTTPServerHandler {
    /// Does nothing.
    public func server(_ server: HTTPServer, finished summary: ExchangeSummary) {}
}

/// What a server does with the body of a request.
public enum BodyDisposition: Sendable {
    /// Read it into memory; longer than `limit` bytes is refused.
    case buffer(limit: Int)
    /// Hand it on piece by piece; longer than `limit` bytes is refused, also in the middle.
    case stream(limit: Int)
    /// Do not read it, answer this.
    case refuse(Response)
}

/// Why a server answers a request itself.
public enum ServerRefusal: Sendable, Hashable {
    /// The target is longer than `limit` bytes: 414.
    case targetTooLong(limit: Int)
    /// The header fields are longer than `limit` bytes: 431.
    case headersTooLarge(limit: Int)
    /// The body is longer than `limit` bytes: 413.
    case bodyTooLarge(limit: Int)
    /// The head breaks RFC 9110 or 9112 in a way that invites request smuggling: 400.
    case malformed(HeadDefect)
    /// A transfer coding other than `chunked`: 501.
    case unsupportedTransferCoding
    /// All `limit` connections are in use: 503.
    case tooManyConnections(limit: Int)
    /// The handler let go of the exchange without a response, which is a bug: 500.
    case unanswered
}

/// What is wrong with the head of a request.
public enum HeadDefect: Sendable, Hashable, CaseIterable {
    /// The method is no token (RFC 9110, section 9.1).
    case method
    /// The name of a field is no token (RFC 9110, section 5.1).
    case fieldName
    /// A line is no field: it has no name, is folded, or contains NUL (RFC 9112, section 5).
    case fieldLine
    /// The value of a field contains a control character (RFC 9110, section 5.5).
    case fieldValue
    /// `Content-Length` is no number or there are several (RFC 9112, section 6.3).
    case contentLength
    /// `Content-Length` together with `Transfer-Encoding` (RFC 9112, section 6.3).
    case ambiguousLength
    /// `Host` is missing in HTTP/1.1, is there twice, or cannot be one (RFC 9112, section 3.2).
    case host
}

/// How an exchange went, for metrics and logs.
public struct ExchangeSummary: Sendable {
    /// How an exchange ended.
    public enum Ending: Sendable, Hashable {
        /// The whole response was handed to the kernel.
        case completed
        /// The client went away, or the body of the response failed.
        case aborted
        /// The connection was silent for too long.
        case timedOut
        /// The server was shut down.
        case shutDown
    }

    /// The request, without its body.
    public let request: Request
    /// What the handler set on the exchange; nil when it never got to see it.
    public let tag: Int?
    /// The status that was sent; nil when the exchange ended before there was one.
    public let status: Int?
    /// How many bytes of the response's body were handed to libmicrohttpd.
    public let bodyBytes: Int
    /// How it ended.
    public let ending: Ending
}

/// Why the body of a request ended early; thrown to whoever reads it.
public enum RequestBodyError: Error, Sendable, Hashable {
    /// The client went away, was too slow or sent too much, or the server was shut down.
    case disconnected
}
