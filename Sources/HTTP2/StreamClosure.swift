/// How a stream ended.
public struct StreamClosure: Hashable, Sendable {
    /// Who or what ends a stream.
    public enum Cause: Hashable, Sendable {
        /// The response is complete. The request need not be: a server that does not want the
        /// rest of it says so by RST_STREAM with `noError` (RFC 9113 §8.1).
        case finished
        /// The peer sent RST_STREAM.
        case resetByPeer
        /// This side sent RST_STREAM, on request or because the peer broke a rule.
        case resetLocally
        /// The peer sent GOAWAY and the stream is not covered by it.
        case goAway
        /// The connection ended below it.
        case connection(HTTP2Error)
    }

    /// Who or what ended it.
    public let cause: Cause
    /// The code of the reset, or of the error that ended the connection.
    public let code: HTTP2ErrorCode
    /// The peer certainly did nothing for this stream: the request may be repeated, whatever it is.
    public let isUnprocessed: Bool

    /// What a session tells a handler; made by others only in tests.
    public init(cause: Cause, code: HTTP2ErrorCode, isUnprocessed: Bool) {
        self.cause = cause
        self.code = code
        self.isUnprocessed = isUnprocessed
    }
}
