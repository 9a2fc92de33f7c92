public import HTTPTypes

/// The header fields of a received request, as they came, in one buffer.
///
/// `HTTPFields` makes a validated, canonical name of every field; a gateway looks at two or three of
/// ten, so here a field becomes a string only when it is asked for.
public struct FieldBlock: Sendable, RandomAccessCollection {
    /// Where a field lies in the buffer of its block.
    public struct Extent: Sendable {
        var name: Range<Int32>
        var value: Range<Int32>

        /// A field whose name starts at `start` and is followed by its value.
        public init(start: Int, nameLength: Int, valueLength: Int) {
            let middle = Int32(start + nameLength)
            name = Int32(start)..<middle
            value = middle..<(middle + Int32(valueLength))
        }
    }

    private var bytes: [UInt8] = []
    private var entries: [Extent] = []

    /// An empty block.
    public init() {}

    /// A block that was filled by a server, which can copy whole fields at once.
    ///
    /// - Parameters:
    ///   - bytes: the names and values.
    ///   - extents: where each field lies in `bytes`, in order.
    public init(bytes: [UInt8], extents: [Extent]) {
        precondition(
            extents.allSatisfy { Int($0.value.upperBound) <= bytes.count },
            "a field lies outside of its block")
        self.bytes = bytes
        entries = extents
    }

    /// A block with these fields, in this order.
    public init(_ fields: [(name: String, value: String)]) {
        for field in fields { append(name: field.name, value: field.value) }
    }

    /// Reserves room, so that a request costs two allocations.
    ///
    /// - Parameters:
    ///   - fields: the expected number of fields.
    ///   - bytes: the expected length of all names and values.
    public mutating func reserveCapacity(fields: Int, bytes count: Int) {
        entries.reserveCapacity(fields)
        bytes.reserveCapacity(count)
    }

    /// Adds a field.
    public mutating func append(name: String, value: String) {
        var name = name
        var value = value
        name.withUTF8Span { name in value.withUTF8Span { append(name: name, value: $0) } }
    }

    /// Adds a field from its bytes.
    public mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
        let start = bytes.count
        bytes.append(copying: name)
        bytes.append(copying: value)
        entries.append(
            Extent(start: start, nameLength: name.count, valueLength: value.count))
    }

    // MARK: - Lookup

    /// The value of the first field of that name.
    public subscript(name: HTTPField.Name) -> String? {
        guard let entry = firstEntry(name.canonicalName) else { return nil }
        return string(entry.value)
    }

    /// Whether there is a field of that name.
    public func contains(_ name: HTTPField.Name) -> Bool {
        firstEntry(name.canonicalName) != nil
    }

    /// The values of all fields of that name, in order.
    public func values(of name: HTTPField.Name) -> [String] {
        entries.filter { matches($0, name.canonicalName) }.map { string($0.value) }
    }

    private func firstEntry(_ canonicalName: String) -> Extent? {
        entries.first { matches($0, canonicalName) }
    }

    /// Compares without regard to ASCII case; `canonicalName` is lower-case.
    private func matches(_ entry: Extent, _ canonicalName: String) -> Bool {
        let expected = canonicalName.utf8
        guard entry.name.count == expected.count else { return false }
        var index = Int(entry.name.lowerBound)
        for byte in expected {
            let found = bytes[index]
            let lower = found &- 0x41 < 26 ? found | 0x20 : found
            guard lower == byte else { return false }
            index += 1
        }
        return true
    }

    private func string(_ range: Range<Int32>) -> String {
        String(decoding: bytes[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
    }

    // MARK: - Collection

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of fields.
    public var endIndex: Int { entries.count }

    /// The name and value as they came; bytes that are no UTF-8 become U+FFFD.
    public subscript(position: Int) -> (name: String, value: String) {
        (string(entries[position].name), string(entries[position].value))
    }

    /// The bytes of a field's name.
    public func nameBytes(at position: Int) -> ArraySlice<UInt8> {
        let range = entries[position].name
        return bytes[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    /// The bytes of a field's value.
    public func valueBytes(at position: Int) -> ArraySlice<UInt8> {
        let range = entries[position].value
        return bytes[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    /// The length of all names and values, in bytes.
    public var byteCount: Int { bytes.count }
}

extension String {
    fileprivate mutating func withUTF8Span(_ body: (Span<UInt8>) -> Void) {
        makeContiguousUTF8()
        body(utf8.span)
    }
}

extension [UInt8] {
    fileprivate mutating func append(copying span: Span<UInt8>) {
        append(addingCapacity: span.count) { output in
            for index in span.indices { output.append(span[index]) }
        }
    }
}
