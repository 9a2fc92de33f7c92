/// Reads the fields of one protobuf message: for the one message on the hot path, where copying
/// through `Data` would cost as much as all the rest.
struct ProtobufReader {
    /// The bytes end inside a field, or are no protobuf.
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var offset: Int
    private let end: Int

    init(_ bytes: [UInt8]) {
        self.init(bytes, in: bytes.indices)
    }

    /// Reads a message inside another one.
    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The next length-delimited field; others are skipped. nil at the end.
    mutating func next() throws(Malformed) -> (number: Int, content: Range<Int>)? {
        while offset < end {
            let key = try varint()
            switch key & 7 {
            case 0: _ = try varint()
            case 1: try skip(8)
            case 2:
                let length = try varint()
                let start = offset
                try skip(length)
                return (Int(key >> 3), start..<offset)
            case 5: try skip(4)
            default: throw Malformed()
            }
        }
        return nil
    }

    private mutating func skip(_ count: UInt64) throws(Malformed) {
        guard count <= UInt64(end - offset) else { throw Malformed() }
        offset += Int(count)
    }

    private mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard offset < end else { throw Malformed() }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw Malformed()
    }
}
