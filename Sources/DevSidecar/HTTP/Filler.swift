/// Many equal bytes, a piece at a time.
struct Filler {
    private static let byte = UInt8(ascii: "x")
    private static let piece = [UInt8](repeating: byte, count: 64 << 10)

    private var count: Int

    init(count: Int) {
        self.count = count
    }

    var isEmpty: Bool { count == 0 }

    /// The next piece; nil when there is none.
    mutating func next() -> [UInt8]? {
        guard count > 0 else { return nil }
        let length = min(count, Self.piece.count)
        count -= length
        return length == Self.piece.count
            ? Self.piece : [UInt8](repeating: Self.byte, count: length)
    }
}
