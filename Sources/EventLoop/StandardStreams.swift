import Glibc

/// The process's standard output, unbuffered, so that whoever waits for a line gets it at once.
public enum StandardOutput {
    /// Writes a text as it is; what cannot be written is lost.
    public static func write(_ text: String) {
        writeAll(Array(text.utf8), to: STDOUT_FILENO)
    }
}

/// The process's standard error.
public enum StandardError {
    /// Writes a text as it is; what cannot be written is lost, there is nowhere to complain.
    public static func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// Writes bytes as they are; what cannot be written is lost.
    @Sendable
    public static func write(_ bytes: [UInt8]) {
        writeAll(bytes, to: STDERR_FILENO)
    }
}

private func writeAll(_ bytes: [UInt8], to descriptor: CInt) {
    var written = 0
    while written < bytes.count {
        // The pointer is used during the call only, and `written` never exceeds the length.
        let count = unsafe bytes.withUnsafeBytes { raw in
            unsafe write(descriptor, raw.baseAddress?.advanced(by: written), raw.count - written)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        written += count
    }
}
