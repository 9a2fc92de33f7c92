// GetStateRequest and GetStateResponse by hand (dapr/grpc-api.md section 5): reading one value is
// what a gateway mostly does. A test holds this against SwiftProtobuf.
enum GetStateCoding {
    /// A framed request.
    static func encode(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String]
    ) -> [UInt8] {
        var bytes = MessageFraming.begin(capacity: store.utf8.count + key.utf8.count + 16)
        append(field: 1, store, to: &bytes)
        append(field: 2, key, to: &bytes)
        switch consistency {
        case nil: break
        case .eventual: bytes.append(contentsOf: [0x18, 1])
        case .strong: bytes.append(contentsOf: [0x18, 2])
        }
        for (name, value) in metadata {
            var entry: [UInt8] = []
            append(field: 1, name, to: &entry)
            append(field: 2, value, to: &entry)
            bytes.append(0x22)
            append(varint: entry.count, to: &bytes)
            bytes.append(contentsOf: entry)
        }
        MessageFraming.finish(&bytes)
        return bytes
    }

    /// The value in a response; nil when there is neither data nor an ETag, which means that the
    /// key does not exist.
    static func decode(_ message: [UInt8]) throws(ProtobufReader.Malformed) -> StateValue? {
        var data: Range<Int>?
        var value = StateValue(data: [])
        var reader = ProtobufReader(message)
        while let (number, content) = try reader.next() {
            switch number {
            case 1: data = content
            case 2 where !content.isEmpty: value.etag = ETag(rawValue: text(message, content))
            case 3:
                var entry = ProtobufReader(message, in: content)
                var (name, text) = ("", "")
                while let (number, content) = try entry.next() {
                    if number == 1 { name = Self.text(message, content) }
                    if number == 2 { text = Self.text(message, content) }
                }
                value.metadata[name] = text
            default: break
            }
        }
        if let data, !data.isEmpty {
            value.data = Array(message[data])
        } else if value.etag == nil {
            return nil
        }
        return value
    }

    private static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private static func append(field: UInt8, _ text: String, to bytes: inout [UInt8]) {
        guard !text.isEmpty else { return }
        bytes.append(field << 3 | 2)
        append(varint: text.utf8.count, to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func append(varint: Int, to bytes: inout [UInt8]) {
        var rest = varint
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
