/// How a stream ended.
public struct StreamClosure: Hashable, Sendable {
    /// Who or what ended it.
    public enum Cause: Hashable, Sendable {
        /// Both sides sent their whole message.
        case finished
        /// The peer sent RST_STREAM. With `noError` after a complete response it is no failure:
        /// the server did not need the rest of the request (RFC 9113 §8.1).
        case resetByPeer
        /// This side sent RST_STREAM, on request or because the peer broke a rule.
        case resetLocally
        /// The peer, or this side, sent GOAWAY and the stream is not covered by it.
        case goAway
        /// The connection ended below it.
        case connection(HTTP2Error)
    }

    public let cause: Cause
    public let code: HTTP2ErrorCode
    /// The peer certainly did nothing for this stream: the request may be repeated, whatever it is.
    public let isUnprocessed: Bool
}
