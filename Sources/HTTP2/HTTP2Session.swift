internal import CNghttp2

/// One HTTP/2 connection without the transport: bytes in, bytes out, on libnghttp2.
///
/// The owner reads and writes: it feeds what arrived to ``receive(_:)`` and writes what
/// ``drain(into:limit:)`` yields. Handlers are called from inside these two; they may open, send,
/// reset and close, but not receive or drain. A session belongs to one isolation domain.
///
/// A call that throws an error which ends the connection has closed every stream before. Bytes
/// that were drained up to then (GOAWAY with the reason) are still worth writing.
@safe
public final class HTTP2Session {
    /// The ends of a connection.
    public enum Role: Hashable, Sendable {
        case client, server
    }

    /// The first bytes that a client sends (RFC 9113 §3.4), for a server that also speaks HTTP/1.1
    /// and has to tell the two apart.
    public static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// Which end this is.
    public let role: Role
    /// Who hears about the connection as a whole; not kept alive by the session.
    public weak var delegate: (any HTTP2SessionDelegate)?
    /// Why the session is closed, if it is.
    public internal(set) var failure: HTTP2Error?
    /// The peer's SETTINGS have come. Before that its limits are assumed.
    public internal(set) var hasReceivedSettings = false

    let configuration: HTTP2Configuration
    /// The C session. It is freed exactly once, in `close` or `deinit`, never inside a callback.
    var handle: OpaquePointer?
    /// The table of open streams: libnghttp2 says nothing about them when it is deleted.
    var streams = StreamTable()

    /// Inside `receive` or `drain`, where libnghttp2 must not be entered again nor freed.
    var isPumping = false
    /// Closing was asked for inside a callback and waits for its end.
    var pendingClosure: HTTP2Error?
    var outputIsAnnounced = false
    /// The caller's buffer while it is drained into, and the size at which to stop.
    var output: [UInt8] = []
    var outputLimit = 0
    /// The header block that is arriving, and its stream: one at a time (RFC 9113 §4.3).
    var incoming = HeaderBlock()
    var receiving: HTTP2Stream?
    /// This side takes no new streams.
    var isGoingAway = false
    /// GOAWAY frames that were asked for and have not left; any other one is libnghttp2's own.
    var queuedGoAways = 0
    var receivedGoAwayLastID: Int32?
    var peerIsNotHTTP2 = false

    /// Starts a connection: the preface and SETTINGS wait to be drained.
    public init(role: Role, configuration: HTTP2Configuration = HTTP2Configuration())
        throws(HTTP2Error)
    {
        self.role = role
        self.configuration = configuration
        unsafe handle = try makeHandle()
        do throws(HTTP2Error) {
            try submitSettings()
        } catch {
            freeHandle()
            throw error
        }
    }

    deinit {
        close(HTTP2Error(.closed, "the session was released"))
    }

    var streamsShareWindow: Bool { configuration.streamsShareWindow }
    var sendBufferSize: Int { configuration.sendBufferSize }

    /// How many streams are open, in either direction.
    public var openStreamCount: Int { streams.count }

    /// Whether the peer may still have something to say.
    public var wantsRead: Bool {
        // A live handle is always a valid session; the same holds for all calls below.
        guard let handle = unsafe handle else { return false }
        return unsafe nghttp2_session_want_read(handle) != 0
    }

    /// Whether there is something to drain.
    public var wantsWrite: Bool {
        guard let handle = unsafe handle else { return false }
        return unsafe nghttp2_session_want_write(handle) != 0
    }

    /// Nothing will be received or sent any more: the transport can be closed once what was
    /// drained is written.
    public var isFinished: Bool { !wantsRead && !wantsWrite }

    /// How many streams the peer lets us open at a time; 100 is assumed until its SETTINGS come.
    public var remoteMaxConcurrentStreams: Int {
        Int(remoteSetting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
    }

    /// The longest header list that the peer accepts, in bytes.
    public var remoteMaxHeaderListSize: Int {
        Int(remoteSetting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE))
    }

    /// Whether a new stream can be opened now (client).
    public var canOpenStream: Bool {
        guard let handle = unsafe handle, pendingClosure == nil, !isGoingAway else { return false }
        return unsafe nghttp2_session_check_request_allowed(handle) != 0
            && openStreamCount < remoteMaxConcurrentStreams
    }

    private func remoteSetting(_ id: nghttp2_settings_id) -> UInt32 {
        guard let handle = unsafe handle else { return 0 }
        return unsafe nghttp2_session_get_remote_settings(handle, id)
    }

    /// Closes every open stream with `error`, each exactly once, and frees the connection's state.
    ///
    /// Inside a callback this happens as soon as the callback's `receive` or `drain` is done.
    public func close(_ error: HTTP2Error) {
        guard unsafe handle != nil else { return }
        guard !isPumping else {
            pendingClosure = pendingClosure ?? error
            return
        }
        failure = error
        freeHandle()
        let closing = streams
        streams = StreamTable()
        // All are marked before the first handler runs, which may turn to any of them.
        for stream in closing.all { stream.isOpen = false }
        for stream in closing.all {
            stream.finish(
                StreamClosure(
                    cause: .connection(error), code: error.code,
                    isUnprocessed: role == .client && !stream.headWasSent))
        }
    }

    private func freeHandle() {
        // The only place that frees; no callback can run afterwards as none is running now.
        unsafe nghttp2_session_del(handle)
        unsafe handle = nil
    }
}
