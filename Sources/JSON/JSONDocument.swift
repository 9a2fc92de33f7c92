/// A JSON text together with where each of its values stands, so that one part can be taken
/// over byte for byte.
public struct JSONDocument: Sendable {
    /// The source.
    public let bytes: [UInt8]
    let tape: [TapeEntry]

    /// Reads one JSON value (RFC 8259) and remembers the place of all it contains.
    ///
    /// - Throws: a ``JSONError`` that says what is wrong and where.
    public init(
        parsing bytes: [UInt8], options: JSONParsingOptions = JSONParsingOptions()
    ) throws(JSONError) {
        self.bytes = bytes
        tape = try scanTape(bytes.span, options)
    }

    /// The whole value. Where bytes after it are ignored, its range tells where they begin.
    public var root: JSONNode { JSONNode(document: self, index: 0) }
}

/// One value of a ``JSONDocument``.
public struct JSONNode: Sendable {
    let document: JSONDocument
    let index: Int

    private var entry: TapeEntry { document.tape[index] }

    /// What it is.
    public var kind: JSONKind { entry.kind }

    /// Where it stands in the source, in bytes, quotes and brackets included.
    public var range: Range<Int> { entry.start..<entry.end }

    /// Its source text, verbatim.
    public var text: ArraySlice<UInt8> { document.bytes[range] }

    /// The text with escapes resolved, if this is a string.
    public var stringValue: String? {
        kind == .string ? entry.string(in: document.bytes.span) : nil
    }

    /// The number, if this is one.
    public var numberValue: JSONNumber? {
        kind == .number ? entry.number(in: document.bytes.span) : nil
    }

    /// The integer, if this is a number written without fraction and exponent that fits an `Int`.
    public var intValue: Int? { numberValue?.int }

    /// The truth value, if this is `true` or `false`.
    public var boolValue: Bool? {
        kind == .bool ? entry.bool(in: document.bytes.span) : nil
    }

    /// The value on its own, without the source.
    public var value: JSONValue {
        JSONValue(document.tape, at: index, in: document.bytes.span)
    }

    /// The elements in order; none unless this is an array.
    public var elements: some Sequence<JSONNode> {
        let end = kind == .array ? entry.next : 0
        return sequence(state: index + 1) { next -> JSONNode? in
            guard next < end else { return nil }
            defer { next = document.tape[next].next }
            return JSONNode(document: document, index: next)
        }
    }

    /// One name and value of an object.
    public struct Member: Sendable {
        /// The name, with escapes resolved.
        public let key: String
        /// The value.
        public let value: JSONNode
    }

    /// The members in order, duplicates included; none unless this is an object.
    public var members: some Sequence<Member> {
        let end = kind == .object ? entry.next : 0
        return sequence(state: index + 1) { next -> Member? in
            guard next < end else { return nil }
            defer { next = document.tape[next + 1].next }
            return Member(
                key: document.tape[next].string(in: document.bytes.span),
                value: JSONNode(document: document, index: next + 1))
        }
    }

    /// The value of the member with this name (the last one, if there are several), if this is
    /// an object that has one.
    public subscript(key: String) -> JSONNode? {
        var found: JSONNode?
        for member in members where hasSameBytes(member.key, key) { found = member.value }
        return found
    }
}
