import CMicrohttpd
import Glibc
import HTTPMessage

/// Feeds a streamed body to libmicrohttpd, whose response holds the one reference to this.
@safe final class ResponseBodyReader {
    private let transaction: Transaction
    private let pump: BodyPump
    private var chunk: [UInt8] = []
    private var offset = 0
    private var remaining: Int?

    init(_ stream: BodyStream, for transaction: Transaction) {
        self.transaction = transaction
        remaining = stream.length
        pump = BodyPump(
            stream, loop: transaction.server.loop,
            window: transaction.server.configuration.streamWindow)
    }

    /// Copies what there is.
    ///
    /// - Returns: the number of bytes, 0 to be asked again, or one of libmicrohttpd's two ends.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if offset == chunk.count {
            // Started here, not earlier: a response to HEAD is never read.
            // Sound: the pump calls back on the loop's thread, to which the transaction belongs.
            nonisolated(unsafe) let suspended = transaction
            let output = pump.assumeIsolated { pump in
                pump.start { unsafe suspended.resume() }
                return pump.take()
            }
            switch output {
            case .chunk(let next):
                chunk = next
                offset = 0
            case .nothingYet:
                guard !transaction.isCut else { return failed() }
                transaction.waitForContent()
                return 0
            case .end: return remaining ?? 0 == 0 ? endOfStream : failed()
            case .failure: return failed()
            }
        }
        let count = min(buffer.count, chunk.count - offset)
        unsafe chunk.withUnsafeBytes { raw in
            // Both ranges hold at least `count` bytes.
            unsafe buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: raw[offset..<(offset + count)]))
        }
        offset += count
        remaining? -= count
        transaction.hasContent(count)
        return count
    }

    /// libmicrohttpd 0.9.75 leaves a chunked response that failed open until the socket stirs.
    private func failed() -> Int {
        transaction.connection.hangUp()
        transaction.server.requestRun()
        return endWithError
    }

    /// libmicrohttpd has no more use for the body.
    func close() {
        pump.assumeIsolated { $0.cancel() }
    }
}

// MHD_CONTENT_READER_END_OF_STREAM and _WITH_ERROR are casts, which Swift does not import.
private let endOfStream = -1
private let endWithError = -2
