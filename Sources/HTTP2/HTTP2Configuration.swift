/// What this side of a connection allows its peer, and how much it buffers.
public struct HTTP2Configuration: Sendable {
    /// How many unread bytes a stream may hold: SETTINGS_INITIAL_WINDOW_SIZE, which is not sent
    /// for the protocol's own 65535.
    public var streamWindowSize: Int32 = 1 << 20
    /// How many unread bytes all streams together may hold, unless ``streamsShareWindow`` is off.
    public var connectionWindowSize: Int32 = 16 << 20
    /// Whether unread bytes count against the connection's window too. Then the memory of a
    /// connection is bounded, and streams that are not read can hold up those that are. Without it
    /// each stream is bounded by its own window only.
    public var streamsShareWindow = true
    /// How many streams the peer may have open: SETTINGS_MAX_CONCURRENT_STREAMS. `nil` sends none.
    public var maxConcurrentStreams: UInt32?
    /// The longest header list accepted, in bytes: SETTINGS_MAX_HEADER_LIST_SIZE. A longer one
    /// resets its stream with FRAME_SIZE_ERROR.
    public var maxHeaderListSize = 64 << 10
    /// The longest frame accepted, in bytes, 16 KiB to 16 MiB - 1: SETTINGS_MAX_FRAME_SIZE.
    public var maxFrameSize: UInt32 = 16 << 10
    /// From how many unsent bytes on a stream is not writable.
    public var sendBufferSize = 128 << 10

    /// Further settings, by the numbers of RFC 9113 §6.5.2; sent as they are.
    public var additionalSettings: [(id: UInt16, value: UInt32)] = []
    /// Whether messages that break the rules of RFC 9113 §8, such as a request with a `connection`
    /// field, reset their stream. Without it the owner gets them and decides.
    public var enforcesMessageRules = true

    /// The defaults above.
    public init() {}
}
