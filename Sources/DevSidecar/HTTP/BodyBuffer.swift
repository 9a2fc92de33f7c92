/// Collects the content of a request up to the size limit, as daprd's limited reader does.
///
/// One byte too many is cut off without a word; two or more are an error. Where nobody looks at more
/// than the beginning, the rest is only counted.
struct BodyBuffer {
    /// What is kept, at most the limit.
    private(set) var bytes: [UInt8] = []
    /// All that came.
    private(set) var count = 0
    private let limit: Int
    private let mostKept: Int

    init(limit: Int, keeping mostKept: Int = .max) {
        self.limit = limit
        self.mostKept = min(limit, mostKept)
    }

    /// How many bytes of content follow `bytes`.
    var unkept: Int { min(count, limit) - bytes.count }

    /// Whether the rest cannot change anything.
    var isOverflowing: Bool { count > limit + 1 }

    /// Why the content ends early.
    var error: String? { isOverflowing ? "stream too large" : nil }

    mutating func append(_ piece: ArraySlice<UInt8>) {
        count += piece.count
        let room = mostKept - bytes.count
        if room > 0 { bytes.append(contentsOf: piece.prefix(room)) }
    }

    mutating func append(_ piece: Span<UInt8>) {
        count += piece.count
        let room = min(mostKept - bytes.count, piece.count)
        if room > 0 { bytes.append(copying: piece.extracting(0..<room)) }
    }
}
