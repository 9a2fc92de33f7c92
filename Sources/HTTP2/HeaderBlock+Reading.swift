extension HeaderBlock: Sequence {
    /// One header field; its parts share the buffer of the list.
    public struct Field {
        /// In lower case.
        public let name: ArraySlice<UInt8>
        /// As it came: no particular encoding.
        public let value: ArraySlice<UInt8>
        /// Must not enter a compression table, here or further on (RFC 7541 §7.1.3).
        public let neverIndexed: Bool
    }

    /// Walks through the fields in their order.
    public struct Iterator: IteratorProtocol {
        let block: HeaderBlock
        var offset = 0

        /// The next field, if there is one more.
        public mutating func next() -> Field? {
            guard offset < block.storage.count else { return nil }
            let field = block.layout(at: offset)
            offset = field.value.upperBound
            return Field(
                name: block.storage[field.name], value: block.storage[field.value],
                neverIndexed: field.neverIndexed)
        }
    }

    /// Starts at the first field.
    public func makeIterator() -> Iterator {
        Iterator(block: self)
    }

    /// The value of the first field called `name`, as text; invalid UTF-8 is replaced.
    ///
    /// - Parameter name: in lower case.
    public subscript(name: String) -> String? {
        guard let range = range(of: name) else { return nil }
        return Self.string(storage.span.extracting(range))
    }

    /// The value of the first field called `name`, as it came.
    ///
    /// - Parameter name: in lower case.
    public func bytes(of name: String) -> ArraySlice<UInt8>? {
        range(of: name).map { storage[$0] }
    }

    /// Whether the value of the first field called `name` is `text`, found out without a copy.
    public func value(of name: String, is text: String) -> Bool {
        guard let range = range(of: name) else { return false }
        return Self.equal(storage.span.extracting(range), text.utf8.span)
    }

    /// Whether the value of the first field called `name` begins with `prefix`.
    public func value(of name: String, startsWith prefix: String) -> Bool {
        let prefix = prefix.utf8.span
        guard let range = range(of: name), range.count >= prefix.count else { return false }
        return Self.equal(storage.span.extracting(range.prefix(prefix.count)), prefix)
    }

    /// The number in `:status`, if this is the head of a response.
    public var status: Int? {
        guard !storage.isEmpty else { return nil }
        let first = layout(at: 0)
        let bytes = storage.span
        guard Self.equal(bytes.extracting(first.name), ":status".utf8.span) else { return nil }
        var status = 0
        for index in first.value {
            guard bytes[index] >= 0x30 && bytes[index] <= 0x39 && status < 100 else { return nil }
            status = status * 10 + Int(bytes[index] - 0x30)
        }
        return status
    }

    private func range(of name: String) -> Range<Int>? {
        let wanted = name.utf8.span
        let bytes = storage.span
        var offset = 0
        while offset < bytes.count {
            let field = layout(at: offset)
            if Self.equal(bytes.extracting(field.name), wanted) { return field.value }
            offset = field.value.upperBound
        }
        return nil
    }

    static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    static func string(_ bytes: Span<UInt8>) -> String {
        // The string copies the bytes before the span ends.
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension HeaderBlock: Equatable {
    /// The same fields in the same order, marked for indexing alike.
    public static func == (left: HeaderBlock, right: HeaderBlock) -> Bool {
        left.storage == right.storage
    }
}

extension HeaderBlock: CustomStringConvertible {
    /// One field per line, values that are never indexed hidden.
    public var description: String {
        map { field in
            let value = field.neverIndexed ? "***" : String(decoding: field.value, as: UTF8.self)
            return String(decoding: field.name, as: UTF8.self) + ": " + value
        }.joined(separator: "\n")
    }
}
