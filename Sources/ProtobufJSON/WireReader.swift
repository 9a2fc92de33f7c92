/// Reads protobuf's wire format (https://protobuf.dev/programming-guides/encoding).
struct WireReader {
    private let bytes: [UInt8]
    private(set) var offset: Int
    private let end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { offset == end }

    /// The number and type of the next field; nil at the end.
    mutating func tag() throws(TranscodingError) -> (number: Int, type: WireType)? {
        guard !isAtEnd else { return nil }
        let key = try varint()
        guard key >> 3 > 0, key >> 3 <= 0x1FFF_FFFF, let type = WireType(rawValue: UInt8(key & 7))
        else { throw Self.malformed("a field has an impossible number or type") }
        return (Int(key >> 3), type)
    }

    mutating func varint() throws(TranscodingError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard offset < end else { throw Self.truncated }
            let byte = bytes[offset]
            offset += 1
            // Bits beyond the 64th are dropped, as others do.
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            if byte < 0x80 { return value }
        }
        throw Self.malformed("a varint has more than ten bytes")
    }

    private mutating func littleEndian(_ count: Int) throws(TranscodingError) -> UInt64 {
        guard count <= end - offset else { throw Self.truncated }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        offset += count
        return value
    }

    private mutating func content() throws(TranscodingError) -> Range<Int> {
        let length = try varint()
        guard length <= UInt64(end - offset) else { throw Self.truncated }
        let start = offset
        offset += Int(length)
        return start..<offset
    }

    /// A reader of what a length-delimited field holds.
    mutating func nested() throws(TranscodingError) -> WireReader {
        WireReader(bytes, in: try content())
    }

    /// A value of a field, after its tag; the type of the tag is the kind's.
    mutating func scalar(
        _ kind: Kind, verifiesUTF8: Bool
    ) throws(TranscodingError) -> Scalar {
        switch kind {
        case .int32, .enumeration:
            return .signed(Int64(Int32(truncatingIfNeeded: try varint())))
        case .int64: return .signed(Int64(bitPattern: try varint()))
        case .uint32: return .unsigned(UInt64(UInt32(truncatingIfNeeded: try varint())))
        case .uint64: return .unsigned(try varint())
        case .sint32: return .signed(Self.unzigzag(try varint() & 0xFFFF_FFFF))
        case .sint64: return .signed(Self.unzigzag(try varint()))
        case .bool: return .bool(try varint() != 0)
        case .fixed32: return .unsigned(try littleEndian(4))
        case .fixed64: return .unsigned(try littleEndian(8))
        case .sfixed32: return .signed(Int64(Int32(truncatingIfNeeded: try littleEndian(4))))
        case .sfixed64: return .signed(Int64(bitPattern: try littleEndian(8)))
        case .double: return .double(Double(bitPattern: try littleEndian(8)))
        case .float:
            return .float(Float(bitPattern: UInt32(truncatingIfNeeded: try littleEndian(4))))
        case .bytes: return .bytes(Array(bytes[try content()]))
        case .string:
            let range = try content()
            let isValid = (try? UTF8Span(validating: bytes[range].span)) != nil
            guard isValid || !verifiesUTF8 else { throw Self.malformed("the text is not UTF-8") }
            return .string(String(decoding: bytes[range], as: UTF8.self))
        case .message, .group: preconditionFailure("a message is no scalar")
        }
    }

    private static func unzigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// Passes over a field that is not known.
    mutating func skip(
        _ number: Int, _ type: WireType, depth: Int
    ) throws(TranscodingError) {
        switch type {
        case .varint: _ = try varint()
        case .fixed64: _ = try littleEndian(8)
        case .fixed32: _ = try littleEndian(4)
        case .lengthDelimited: _ = try content()
        case .startGroup:
            try checkDepth(depth)
            while let inner = try tag() {
                if inner.type == .endGroup {
                    guard inner.number == number else { throw Self.unbalanced }
                    return
                }
                try skip(inner.number, inner.type, depth: depth + 1)
            }
            throw Self.truncated
        case .endGroup: throw Self.unbalanced
        }
    }

    static let unbalanced = malformed("the end of a group is not where it belongs")
    static let truncated = malformed("the message ends too early")

    private static func malformed(_ text: String) -> TranscodingError {
        TranscodingError(.malformedMessage, text)
    }
}
