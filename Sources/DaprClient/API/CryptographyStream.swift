/// What comes out of an encryption or decryption, in pieces of up to about 64 KiB.
///
/// The sidecar sends on as the pieces are taken. The sequence can be gone through once; letting go
/// of it before its end ends the call.
public struct CryptographyStream: AsyncSequence, Sendable {
    /// A piece.
    public typealias Element = [UInt8]
    /// How it can end.
    public typealias Failure = DaprError

    private let pull: @Sendable () async throws(DaprError) -> [UInt8]?

    /// A stream of pieces.
    ///
    /// - Parameter pull: gives the next piece, and nil at the end.
    public init(_ pull: @escaping @Sendable () async throws(DaprError) -> [UInt8]?) {
        self.pull = pull
    }

    /// Everything in one piece.
    ///
    /// - Throws: the failure, when there is one; what came before it is not given out.
    public func collect() async throws(DaprError) -> [UInt8] {
        var all: [UInt8] = []
        while let piece = try await pull() {
            if all.isEmpty { all = piece } else { all.append(contentsOf: piece) }
        }
        return all
    }

    /// Goes on where the last iterator stopped.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pull: pull)
    }

    /// Goes through the pieces.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let pull: @Sendable () async throws(DaprError) -> [UInt8]?

        /// The next piece; nil at the end.
        public mutating func next() async throws(DaprError) -> [UInt8]? {
            try await pull()
        }

        /// The next piece; nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(DaprError) -> [UInt8]? {
            try await pull()
        }
    }
}
