/// The content of an invocation: in memory, or streamed.
///
/// Either way it is a sequence of chunks (`for try await chunk in response.body`). A stream can be gone
/// through once, by one reader at a time, and the other end sends on as its chunks are taken; of an
/// answer's stream every error is a ``DaprError``.
public enum DaprBody: Sendable {
    /// No content.
    case empty
    /// Content that is in memory.
    case bytes([UInt8])
    /// Content piece by piece. `length` is the number of bytes, where known; `next` gives the next
    /// chunk and nil at the end, and is called by one reader at a time. Dropping a response's stream
    /// unread resets it.
    case stream(length: Int?, next: @Sendable () async throws -> [UInt8]?)

    /// Reads everything into memory.
    ///
    /// - Parameter limit: the most bytes to take.
    /// - Returns: the content; nil if it is longer than `limit`.
    public func collect(upTo limit: Int = .max) async throws -> [UInt8]? {
        switch self {
        case .empty: return []
        case .bytes(let bytes): return bytes.count <= limit ? bytes : nil
        case .stream(_, let next):
            var all: [UInt8] = []
            while let chunk = try await next() {
                guard all.count + chunk.count <= limit else { return nil }
                if all.isEmpty { all = chunk } else { all.append(contentsOf: chunk) }
            }
            return all
        }
    }
}

extension DaprBody: AsyncSequence {
    /// A piece of the content, of any length but none.
    public typealias Element = [UInt8]

    /// Begins with what is in memory; a stream goes on where it was left.
    public func makeAsyncIterator() -> AsyncIterator {
        switch self {
        case .empty: AsyncIterator(rest: nil, pull: nil)
        case .bytes(let bytes): AsyncIterator(rest: bytes, pull: nil)
        case .stream(_, let next): AsyncIterator(rest: nil, pull: next)
        }
    }

    /// Goes through the chunks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        /// What is in memory and was not given out yet.
        fileprivate var rest: [UInt8]?
        fileprivate let pull: (@Sendable () async throws -> [UInt8]?)?

        /// The next chunk; nil at the end.
        public mutating func next() async throws -> [UInt8]? {
            if let rest = rest.take() { return rest.isEmpty ? nil : rest }
            while let chunk = try await pull?() {
                if !chunk.isEmpty { return chunk }
            }
            return nil
        }

        /// The next chunk; nil at the end.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            try await next()
        }
    }
}

extension DaprBody {
    /// A content that is pulled out of a sequence.
    public init<Chunks: AsyncSequence & Sendable>(
        _ chunks: Chunks, length: Int? = nil
    ) where Chunks.Element == [UInt8] {
        let source = ChunkSource(chunks)
        self = .stream(length: length) { try await source.next() }
    }
}

/// The iterator of a sequence, for one reader at a time.
private actor ChunkSource<Chunks: AsyncSequence & Sendable> where Chunks.Element == [UInt8] {
    private let chunks: Chunks
    private var iterator: Chunks.AsyncIterator?
    private var isStarted = false

    init(_ chunks: Chunks) {
        self.chunks = chunks
    }

    func next() async throws -> [UInt8]? {
        if !isStarted {
            isStarted = true
            iterator = chunks.makeAsyncIterator()
        }
        // Taken out meanwhile: an actor lets others in while it waits.
        guard var current = iterator.take() else { return nil }
        let chunk = try await current.next(isolation: self)
        iterator = current
        return chunk
    }
}
