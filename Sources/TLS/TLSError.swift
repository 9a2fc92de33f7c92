internal import COpenSSL

/// Why a TLS connection could not be made, or ended badly.
public struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Kind: Hashable, Sendable {
        /// A certificate or key of ours cannot be used.
        case configuration
        /// The peer's certificate is not accepted: expired, of an unknown authority, for another name.
        case certificate
        /// The two sides have no application protocol in common (ALPN, RFC 7301).
        case applicationProtocol
        /// The handshake failed otherwise.
        case handshake
        /// The peer ended the connection without saying so (RFC 8446, section 6.1): something may be
        /// missing.
        case truncated
        /// The connection failed after the handshake.
        case connection
    }

    /// The kind of failure.
    public let kind: Kind
    /// What happened, for people.
    public let text: String

    /// An error with a text for people.
    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// `TLS: the certificate has expired`.
    public var description: String { "TLS: \(text)" }
}

/// OpenSSL's queue of errors, which belongs to the thread.
enum ErrorQueue {
    static func clear() { ERR_clear_error() }

    /// The reason of the oldest error; nil when there is none. Empties the queue.
    static func take() -> (reason: Int, text: String)? {
        let code = ERR_get_error()
        guard code != 0 else { return nil }
        ERR_clear_error()
        // A constant of the library, or null for a code without a text.
        let text =
            unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
            ?? "error \(code)"
        return (Int(code & 0x7f_ffff), text)
    }

    /// The oldest error's text.
    static var text: String { take()?.text ?? "unknown error" }
}
