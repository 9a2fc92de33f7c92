import Cryptography

/// Encrypts or decrypts the content of a document, piece by piece: never more than a segment waits
/// for the rest of it.
struct SegmentStream {
    private let cipher: AuthenticatedCipher
    private let noncePrefix: [UInt8]
    private let isSealing: Bool
    /// The length of each segment but the last, as it comes in.
    private let size: Int
    private var buffer: [UInt8] = []
    private var count: UInt32 = 0

    /// - Parameter isSealing: encrypts; otherwise decrypts.
    init(
        _ key: DocumentKey, cipher: AuthenticatedCipher.Algorithm, isSealing: Bool
    ) throws(CryptographyError) {
        self.cipher = try AuthenticatedCipher(cipher, key: try key.payloadKey)
        noncePrefix = key.noncePrefix
        self.isSealing = isSealing
        size = EncryptionScheme.segmentSize + (isSealing ? 0 : AuthenticatedCipher.tagByteCount)
    }

    /// Takes the next piece.
    ///
    /// - Returns: the segments that are complete, each by itself.
    mutating func append(_ piece: ArraySlice<UInt8>) throws(CryptographyFailure) -> [[UInt8]] {
        buffer.append(contentsOf: piece)
        var segments: [[UInt8]] = []
        var start = 0
        // Only a byte behind it tells that a segment is not the last, and the last is marked.
        while buffer.count - start > size {
            segments.append(try segment(start..<start + size, isLast: false))
            start += size
        }
        if start > 0 { buffer.removeFirst(start) }
        return segments
    }

    /// Nothing more comes.
    ///
    /// - Returns: the last segment; nil when there is none at all.
    mutating func finish() throws(CryptographyFailure) -> [UInt8]? {
        guard !buffer.isEmpty else { return nil }
        return try segment(buffer.indices, isLast: true)
    }

    private mutating func segment(
        _ range: Range<Int>, isLast: Bool
    ) throws(CryptographyFailure) -> [UInt8] {
        let output = try output(of: range, isLast: isLast)
        guard isLast || count < .max else {
            throw CryptographyFailure("input stream is too large", isInData: true)
        }
        count &+= 1
        return output
    }

    private func output(
        of range: Range<Int>, isLast: Bool
    ) throws(CryptographyFailure) -> [UInt8] {
        var nonce = noncePrefix
        for shift in stride(from: 24, through: 0, by: -8) {
            nonce.append(UInt8(truncatingIfNeeded: count >> UInt32(shift)))
        }
        nonce.append(isLast ? 1 : 0)
        let text = buffer.span.extracting(range)
        let output: [UInt8]?
        do throws(CryptographyError) {
            output =
                try isSealing ? cipher.seal(text, nonce: nonce) : cipher.open(text, nonce: nonce)
        } catch {
            throw failure(error.description)
        }
        guard let output else { throw failure("failed to decrypt segment") }
        return output
    }

    private func failure(_ reason: String) -> CryptographyFailure {
        CryptographyFailure("error processing segment \(count): \(reason)", isInData: true)
    }
}
