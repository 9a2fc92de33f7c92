import Glibc

/// The process's standard output, unbuffered, so that whoever waits for a line gets it at once.
public enum StandardOutput {
    /// Writes a text as it is; what cannot be written is lost.
    public static func write(_ text: String) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            // The pointer is used during the call only.
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.write(
                    STDOUT_FILENO, raw.baseAddress?.advanced(by: written), raw.count - written)
            }
            guard count > 0 || errno == EINTR else { return }
            written += max(0, count)
        }
    }
}
