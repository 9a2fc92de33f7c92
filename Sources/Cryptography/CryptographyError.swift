internal import COpenSSL

/// Something that libcrypto refused.
public struct CryptographyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried, as a sentence without a full stop.
    public let description: String

    /// Describes one refusal.
    public init(_ description: String) {
        self.description = description
    }

    /// What was tried, together with libcrypto's reason; empties the thread's queue of errors.
    static func last(_ attempt: String) -> CryptographyError {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        // The text is a constant of the library; it is copied at once.
        guard code != 0, let reason = unsafe ERR_reason_error_string(code) else {
            return CryptographyError(attempt)
        }
        return unsafe CryptographyError("\(attempt): \(String(cString: reason))")
    }
}
