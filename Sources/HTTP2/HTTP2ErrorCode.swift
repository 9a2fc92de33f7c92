/// Why a stream or a connection ended, as HTTP/2 numbers it (RFC 9113 §7).
///
/// Codes that this list does not know are kept as they came.
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt32

    /// The code of that number, known or not.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Nothing went wrong.
    public static let noError = HTTP2ErrorCode(rawValue: 0x0)
    /// The peer broke a rule that has no code of its own.
    public static let protocolError = HTTP2ErrorCode(rawValue: 0x1)
    /// The endpoint itself failed.
    public static let internalError = HTTP2ErrorCode(rawValue: 0x2)
    /// More was sent than the window allowed.
    public static let flowControlError = HTTP2ErrorCode(rawValue: 0x3)
    /// SETTINGS were not acknowledged in time.
    public static let settingsTimeout = HTTP2ErrorCode(rawValue: 0x4)
    /// A frame came for a half-closed stream.
    public static let streamClosed = HTTP2ErrorCode(rawValue: 0x5)
    /// A frame, or a header list, has a size that is not allowed.
    public static let frameSizeError = HTTP2ErrorCode(rawValue: 0x6)
    /// The stream was not processed at all: it is safe to try again.
    public static let refusedStream = HTTP2ErrorCode(rawValue: 0x7)
    /// The stream is no longer wanted.
    public static let cancel = HTTP2ErrorCode(rawValue: 0x8)
    /// The header compression state is lost.
    public static let compressionError = HTTP2ErrorCode(rawValue: 0x9)
    /// The connection made by CONNECT failed.
    public static let connectError = HTTP2ErrorCode(rawValue: 0xa)
    /// The peer causes too much load.
    public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 0xb)
    /// The transport is not secure enough.
    public static let inadequateSecurity = HTTP2ErrorCode(rawValue: 0xc)
    /// The request must be made over HTTP/1.1.
    public static let http11Required = HTTP2ErrorCode(rawValue: 0xd)

    private static let names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
        "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
        "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]
}

extension HTTP2ErrorCode: CustomStringConvertible {
    /// The name in RFC 9113 §7, or the number in hexadecimal.
    public var description: String {
        rawValue < UInt32(Self.names.count)
            ? Self.names[Int(rawValue)] : "0x" + String(rawValue, radix: 16)
    }
}
