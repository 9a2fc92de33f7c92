internal import CZlib

/// Compresses content as gzip (RFC 1952), in one piece or piece by piece.
///
/// Belongs to one task at a time.
@safe public final class GzipCompressor {
    /// zlib keeps the address of its stream and compares it, so this stays where it is.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isFinished = false

    /// Begins.
    ///
    /// - Parameter level: from 1, the fastest, to 9, the smallest.
    /// - Returns: nil when there is no memory.
    public init?(level: Int = 1) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe czlib_deflate_init(stream, CInt(level)) == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Compresses the next piece.
    ///
    /// - Parameters:
    ///   - input: what follows what came before.
    ///   - isLast: whether nothing follows; then this must not be called again.
    /// - Returns: what is ready by now; everything, when this was the last piece.
    public func compress(_ input: ArraySlice<UInt8>, isLast: Bool) -> [UInt8] {
        precondition(!isFinished, "the last piece was compressed before")
        isFinished = isLast
        var output: [UInt8] = []
        unsafe input.withUnsafeBytes { bytes in
            // zlib only reads what it is given, and the pointer is not kept past this closure.
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            unsafe stream.pointee.avail_in = UInt32(bytes.count)
            run(isLast ? Z_FINISH : Z_NO_FLUSH, into: &output)
            unsafe stream.pointee.next_in = nil
        }
        return output
    }

    /// Lets zlib work until it has taken all input and, at the end, given all output.
    private func run(_ flush: CInt, into output: inout [UInt8]) {
        var isFull = true
        while isFull {
            let room = unsafe max(
                256, Int(deflateBound(stream, UInt(unsafe stream.pointee.avail_in))))
            let start = output.count
            output.append(contentsOf: repeatElement(0, count: room))
            let left = unsafe output.withUnsafeMutableBytes { buffer in
                // The last `room` bytes of the array, for this call only.
                unsafe stream.pointee.next_out = buffer.baseAddress?.advanced(by: start)
                    .assumingMemoryBound(to: UInt8.self)
                unsafe stream.pointee.avail_out = UInt32(room)
                // It cannot fail: the stream is sound and there is room.
                _ = unsafe deflate(stream, flush)
                unsafe stream.pointee.next_out = nil
                return unsafe Int(stream.pointee.avail_out)
            }
            output.removeLast(left)
            isFull = left == 0
        }
    }

    /// Compresses everything at once.
    ///
    /// - Returns: nil when there is no memory, or when the result is not smaller.
    public static func compress(_ content: [UInt8], level: Int = 1) -> [UInt8]? {
        guard let compressor = GzipCompressor(level: level) else { return nil }
        let compressed = compressor.compress(content[...], isLast: true)
        return compressed.count < content.count ? compressed : nil
    }
}
