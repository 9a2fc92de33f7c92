/// Hears what happens to a connection as a whole.
///
/// Calls come from inside ``HTTP2Session/receive(_:)``, ``HTTP2Session/drain(into:limit:)`` or
/// ``HTTP2Session/close(_:)``. A callee may call anything but those first two.
public protocol HTTP2SessionDelegate: AnyObject {
    /// A request came (server). Returns who handles its stream; `nil` refuses it (REFUSED_STREAM).
    ///
    /// - Parameter endStream: the request has no body; `receivedEnd` follows.
    func session(
        _ session: HTTP2Session, accept stream: HTTP2Stream, head: HeaderBlock, endStream: Bool
    ) -> (any HTTP2StreamHandler)?

    /// A call on the session or a stream left something to drain, for the first time since the
    /// last drain: it is time to schedule one. Not called inside `receive` and `drain`: look at
    /// ``HTTP2Session/wantsWrite`` after them.
    func sessionHasOutput(_ session: HTTP2Session)

    /// The peer's SETTINGS came, so its limits are known or have changed.
    func sessionReceivedSettings(_ session: HTTP2Session)

    /// The peer takes no new streams; those above `lastStreamID` were not processed and are closed
    /// right after this call.
    func session(
        _ session: HTTP2Session, receivedGoAway code: HTTP2ErrorCode, lastStreamID: Int32,
        debugData: [UInt8])

    /// The peer asks for a sign of life, and is answered by itself.
    func sessionReceivedPing(_ session: HTTP2Session)

    /// The answer to ``HTTP2Session/ping(_:)`` came.
    func session(_ session: HTTP2Session, receivedPingAcknowledgement opaque: UInt64)
}

extension HTTP2SessionDelegate {
    /// Refuses the stream, as clients do.
    public func session(
        _ session: HTTP2Session, accept stream: HTTP2Stream, head: HeaderBlock, endStream: Bool
    ) -> (any HTTP2StreamHandler)? { nil }

    /// Does nothing: the owner looks at ``HTTP2Session/wantsWrite`` by itself.
    public func sessionHasOutput(_ session: HTTP2Session) {}

    /// Does nothing.
    public func sessionReceivedSettings(_ session: HTTP2Session) {}

    /// Does nothing.
    public func session(
        _ session: HTTP2Session, receivedGoAway code: HTTP2ErrorCode, lastStreamID: Int32,
        debugData: [UInt8]
    ) {}

    /// Does nothing.
    public func sessionReceivedPing(_ session: HTTP2Session) {}

    /// Does nothing.
    public func session(_ session: HTTP2Session, receivedPingAcknowledgement opaque: UInt64) {}
}

/// What a block of header fields is within its message (RFC 9113 §8.1).
public enum HeaderBlockKind: Hashable, Sendable {
    /// A 1xx response; another head follows.
    case informational
    /// The head of the response.
    case head
    /// The fields after the body.
    case trailers
}

/// Hears what happens to one stream; the same rules as for ``HTTP2SessionDelegate``.
public protocol HTTP2StreamHandler: AnyObject {
    /// Header fields came. (A request's head goes to the session's delegate.)
    ///
    /// - Parameter endStream: nothing follows; `receivedEnd` is called next.
    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
        endStream: Bool)

    /// A piece of the body came. Its bytes count against the windows until they are handed back
    /// by ``HTTP2Stream/consume(_:)``.
    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>)

    /// The peer's message is complete. A client whose request is not may end or reset it now.
    func streamReceivedEnd(_ stream: HTTP2Stream)

    /// The stream was not writable and now is again.
    func streamBecameWritable(_ stream: HTTP2Stream)

    /// The stream is over, for whatever reason: the last call, made exactly once.
    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure)
}

extension HTTP2StreamHandler {
    /// Does nothing, as fits a message that is sent in one piece.
    public func streamBecameWritable(_ stream: HTTP2Stream) {}
}
