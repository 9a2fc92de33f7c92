/// Collects the content of a request up to the size limit, as daprd's limited reader does.
///
/// One byte too many is cut off without a word; two or more are an error.
struct BodyBuffer {
    /// What is kept, at most the limit.
    private(set) var bytes: [UInt8] = []
    /// All that came.
    private(set) var count = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether the rest cannot change anything.
    var isOverflowing: Bool { count > limit + 1 }

    /// Why the content ends early.
    var error: String? { isOverflowing ? "stream too large" : nil }

    mutating func append(_ piece: ArraySlice<UInt8>) {
        count += piece.count
        let room = limit - bytes.count
        if room > 0 { bytes.append(contentsOf: piece.prefix(room)) }
    }

    mutating func append(_ piece: Span<UInt8>) {
        count += piece.count
        let room = min(limit - bytes.count, piece.count)
        if room > 0 { bytes.append(copying: piece.extracting(0..<room)) }
    }
}
