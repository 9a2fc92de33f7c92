/// A failure of the whole connection, or the refusal of a call on it.
///
/// What ends a single stream is a ``StreamClosure``.
public struct HTTP2Error: Error, Hashable, Sendable {
    /// The kinds of failure.
    public enum Kind: Hashable, Sendable {
        /// The peer's first bytes are not HTTP/2, for example an HTTP/1.1 answer to the preface.
        case notHTTP2
        /// The peer broke the protocol; the connection cannot go on.
        case protocolViolation
        /// The transport below ended or failed; made by the owner of the session.
        case connectionLost
        /// The session was closed; made by the owner of the session.
        case closed
        /// The peer's limit of concurrent streams is reached. Only the call failed.
        case streamLimitReached
        /// GOAWAY was sent or received, or stream ids ran out. Only the call failed.
        case notAcceptingStreams
        /// The header list is longer than the peer accepts. Only the call failed.
        case headerListTooLarge
        /// libnghttp2 refused a call or ran out of memory.
        case library
    }

    /// What callers decide by.
    public let kind: Kind
    /// The code that the peer was or will be told.
    public let code: HTTP2ErrorCode
    /// What happened, for people.
    public let text: String

    /// An error with the code that fits it and a text for people.
    public init(_ kind: Kind, code: HTTP2ErrorCode = .noError, _ text: String) {
        self.kind = kind
        self.code = code
        self.text = text
    }
}

extension HTTP2Error: CustomStringConvertible {
    /// The text, with the code if there is one.
    public var description: String {
        code == .noError ? "HTTP/2: \(text)" : "HTTP/2: \(text) (\(code))"
    }
}
