/// The content of a request or response.
public enum Body: Sendable {
    /// No content.
    case empty
    /// Content that is in memory.
    case bytes([UInt8])
    /// Content that arrives, or is produced, piece by piece.
    case stream(BodyStream)

    /// The number of bytes, where it is known before the content was read.
    public var length: Int? {
        switch self {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .stream(let stream): stream.length
        }
    }
}

/// Content that arrives piece by piece, each chunk when the reader asks for it.
///
/// It can be iterated once.
public struct BodyStream: AsyncSequence, AsyncIteratorProtocol, Sendable {
    /// The number of bytes, when the producer knows it.
    public let length: Int?
    private let read: @Sendable () async throws -> [UInt8]?

    /// Makes a stream of whatever `read` returns until it returns nil.
    ///
    /// - Parameters:
    ///   - length: the number of bytes in all, if known.
    ///   - read: gives the next chunk, nil at the end; called again only after it returned.
    public init(
        length: Int? = nil,
        read: @escaping @Sendable () async throws -> [UInt8]?
    ) {
        self.length = length
        self.read = read
    }

    /// The next chunk; nil at the end.
    public func next() async throws -> [UInt8]? {
        try await read()
    }

    /// The stream is its own iterator.
    public func makeAsyncIterator() -> BodyStream { self }

    /// Reads everything into memory.
    ///
    /// - Parameter limit: the most bytes to take.
    /// - Returns: the content; nil if it is longer than `limit`.
    public func collect(upTo limit: Int) async throws -> [UInt8]? {
        var all: [UInt8] = []
        while let chunk = try await read() {
            guard all.count + chunk.count <= limit else { return nil }
            if all.isEmpty { all = chunk } else { all.append(contentsOf: chunk) }
        }
        return all
    }
}
