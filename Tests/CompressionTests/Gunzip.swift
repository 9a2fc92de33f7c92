import CZlib

/// Undoes gzip (RFC 1952), as a client would.
enum Gzip {
    /// Decompresses everything at once.
    ///
    /// - Parameters:
    ///   - content: one gzip member.
    ///   - limit: the most bytes that may come out.
    /// - Returns: nil when the content is not gzip, is incomplete, is followed by something else, or
    ///   is longer than `limit`.
    static func decompress(_ content: [UInt8], limit: Int = 64 << 20) -> [UInt8]? {
        var stream = unsafe z_stream()
        // One address for all calls, because zlib compares it.
        return unsafe withUnsafeMutablePointer(to: &stream) { stream in
            guard unsafe czlib_inflate_init(stream) == Z_OK else { return nil }
            defer { unsafe inflateEnd(stream) }
            return unsafe content.withUnsafeBytes { unsafe inflateAll(stream, $0, limit: limit) }
        }
    }

    private static func inflateAll(
        _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer, limit: Int
    ) -> [UInt8]? {
        // zlib only reads it, during the calls below.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(input.count)
        var output: [UInt8] = []
        while true {
            let start = output.count
            let room = 64 << 10
            output.append(contentsOf: repeatElement(0, count: room))
            let (status, left) = unsafe output.withUnsafeMutableBytes { buffer in
                unsafe stream.pointee.next_out = buffer.baseAddress?.advanced(by: start)
                    .assumingMemoryBound(to: UInt8.self)
                unsafe stream.pointee.avail_out = UInt32(room)
                return (unsafe inflate(stream, Z_NO_FLUSH), unsafe Int(stream.pointee.avail_out))
            }
            output.removeLast(left)
            guard output.count <= limit else { return nil }
            switch status {
            case Z_STREAM_END: return unsafe stream.pointee.avail_in == 0 ? output : nil
            case Z_OK: continue
            default: return nil
            }
        }
    }
}
