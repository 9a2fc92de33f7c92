import HTTP2

/// Why bytes are not the messages that were expected.
enum FramingError: Error, Equatable {
    /// The flag says "compressed", which nobody agreed on, or nothing that is defined.
    case flag(UInt8)
    /// A message is longer than the limit.
    case tooLong(length: Int, limit: Int)
}

/// Cuts a byte stream into gRPC messages: a flag, a length of four bytes, the message. DATA frames
/// and messages are unrelated, so any of these may be split anywhere.
struct MessageDecoder {
    private let limit: Int
    private var prefix: [UInt8] = []
    private var message: [UInt8] = []
    /// How many bytes of the current message are missing; nil inside a prefix.
    private var missing: Int?

    /// - Parameter limit: the longest message accepted, in bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether the stream may end here.
    var isAtBoundary: Bool { missing == nil && prefix.isEmpty }

    /// Takes the next bytes.
    ///
    /// - Parameter emit: called with each message that is complete.
    mutating func decode(
        _ bytes: Span<UInt8>, emit: ([UInt8]) -> Void
    ) throws(FramingError) {
        var offset = 0
        while offset < bytes.count || missing == 0 {
            if let missing {
                let count = min(missing, bytes.count - offset)
                message.append(copying: bytes.extracting(offset..<offset + count))
                offset += count
                self.missing = missing - count
                guard missing == count else { return }
                emit(message)
                message = []
                self.missing = nil
            } else if prefix.isEmpty, bytes.count - offset >= MessageFraming.prefixSize {
                begin(try length(bytes.extracting(offset..<offset + MessageFraming.prefixSize)))
                offset += MessageFraming.prefixSize
            } else {
                prefix.append(bytes[offset])
                offset += 1
                guard prefix.count == MessageFraming.prefixSize else { continue }
                begin(try length(prefix.span))
                prefix.removeAll(keepingCapacity: true)
            }
        }
    }

    private func length(_ prefix: Span<UInt8>) throws(FramingError) -> Int {
        guard prefix[0] == 0 else { throw .flag(prefix[0]) }
        let length =
            Int(prefix[1]) << 24 | Int(prefix[2]) << 16 | Int(prefix[3]) << 8 | Int(prefix[4])
        guard length <= limit else { throw .tooLong(length: length, limit: limit) }
        return length
    }

    private mutating func begin(_ length: Int) {
        missing = length
        // The peer's word is not enough to take megabytes at once.
        message.reserveCapacity(min(length, 64 << 10))
    }
}

/// How a gRPC message stands in the body of a request or response.
enum MessageFraming {
    static let prefixSize = 5

    /// Room for the prefix, to be followed by the message and completed by `finish`.
    static func begin(capacity: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(prefixSize + capacity)
        for _ in 0..<prefixSize { bytes.append(0) }
        return bytes
    }

    /// Writes the length of what follows the prefix into it.
    static func finish(_ bytes: inout [UInt8]) {
        let length = UInt32(truncatingIfNeeded: bytes.count - prefixSize)
        bytes[1] = UInt8(truncatingIfNeeded: length >> 24)
        bytes[2] = UInt8(truncatingIfNeeded: length >> 16)
        bytes[3] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[4] = UInt8(truncatingIfNeeded: length)
    }
}
