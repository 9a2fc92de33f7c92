/// Writes protobuf's wire format (https://protobuf.dev/programming-guides/encoding).
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func tag(_ number: Int, _ type: WireType) {
        varint(UInt64(number) << 3 | UInt64(type.rawValue))
    }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func lengthDelimited(_ content: some Collection<UInt8>) {
        varint(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// Bytes that are written already, such as the fields of a group.
    mutating func raw(_ content: [UInt8]) {
        bytes.append(contentsOf: content)
    }

    private mutating func littleEndian(_ value: UInt64, count: Int) {
        for shift in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * shift)))
        }
    }

    /// A value without its tag. The scalar is of the kind: whoever made it has seen to that.
    mutating func scalar(_ value: Scalar, _ kind: Kind) {
        switch value {
        case .signed(let value):
            let pattern = UInt64(bitPattern: value)
            switch kind {
            case .sint32, .sint64: varint(pattern << 1 ^ UInt64(bitPattern: value >> 63))
            case .sfixed32: littleEndian(pattern, count: 4)
            case .sfixed64: littleEndian(pattern, count: 8)
            default: varint(pattern)
            }
        case .unsigned(let value):
            switch kind {
            case .fixed32: littleEndian(value, count: 4)
            case .fixed64: littleEndian(value, count: 8)
            default: varint(value)
            }
        case .double(let value): littleEndian(value.bitPattern, count: 8)
        case .float(let value): littleEndian(UInt64(value.bitPattern), count: 4)
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .string(let value): lengthDelimited(value.utf8)
        case .bytes(let value): lengthDelimited(value)
        }
    }

    /// A field with its tag.
    mutating func field(_ number: Int, _ value: Scalar, _ kind: Kind) {
        tag(number, kind.wireType)
        scalar(value, kind)
    }

    /// A message as a field, by its content.
    mutating func message(_ number: Int, _ content: [UInt8], isGroup: Bool = false) {
        if isGroup {
            tag(number, .startGroup)
            raw(content)
            tag(number, .endGroup)
        } else {
            tag(number, .lengthDelimited)
            lengthDelimited(content)
        }
    }
}
