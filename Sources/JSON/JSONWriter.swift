/// Writes compact JSON into bytes, piece by piece.
///
/// Commas and colons come by themselves; that containers are closed and keys have values is the
/// caller's part.
///
///     var writer = JSONWriter()
///     writer.beginObject()
///     writer.key("id")
///     writer.int(17)
///     writer.endObject()
///     send(writer.bytes)
public struct JSONWriter: Sendable {
    /// How to write where JSON leaves a choice.
    public struct Options: Sendable {
        /// Writes the members of ``JSONValue`` objects in the order of the bytes of their names.
        public var sortedKeys: Bool
        /// Writes `<`, `>`, `&`, U+2028 and U+2029 in strings as `\u003c` and so on, so that the
        /// text can stand inside HTML and JavaScript.
        public var escapeHTML: Bool

        /// The order given and no HTML escapes, unless told otherwise.
        public init(sortedKeys: Bool = false, escapeHTML: Bool = false) {
            self.sortedKeys = sortedKeys
            self.escapeHTML = escapeHTML
        }

        /// What Go's `json.Marshal` does.
        public static let go = Options(sortedKeys: true, escapeHTML: true)
    }

    /// What has been written, after the bytes given at the start.
    public private(set) var bytes: [UInt8]
    private let options: Options
    private var needsComma = false

    /// A writer that appends to `bytes`, by default to nothing.
    public init(appendingTo bytes: consuming [UInt8] = [], options: Options = Options()) {
        self.bytes = bytes
        self.options = options
    }

    // MARK: - Containers

    /// Opens an object; ``key(_:)`` and a value by turns follow.
    public mutating func beginObject() { begin(UInt8(ascii: "{")) }

    /// Closes the innermost container, which must be an object.
    public mutating func endObject() { end(UInt8(ascii: "}")) }

    /// Opens an array; values follow.
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }

    /// Closes the innermost container, which must be an array.
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The name of the next value.
    public mutating func key(_ key: String) {
        beginValue()
        appendString(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: - Values

    /// `null`.
    public mutating func null() { ascii("null") }

    /// `true` or `false`.
    public mutating func bool(_ bool: Bool) { ascii(bool ? "true" : "false") }

    /// A whole number.
    public mutating func int(_ int: some FixedWidthInteger) { ascii(String(int)) }

    /// A number, with its text as it is.
    public mutating func number(_ number: JSONNumber) { ascii(number.text) }

    /// A string, with the escapes it needs.
    public mutating func string(_ string: String) {
        beginValue()
        appendString(string)
    }

    /// A value that is JSON text already; taken over as it is, unchecked.
    public mutating func raw(_ text: some Collection<UInt8>) {
        beginValue()
        bytes.append(contentsOf: text)
    }

    /// A value with all it contains.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let bool): self.bool(bool)
        case .number(let number): self.number(number)
        case .string(let string): self.string(string)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            let members = options.sortedKeys ? object.members.sortedByKey() : object.members
            for member in members {
                key(member.key)
                self.value(member.value)
            }
            endObject()
        }
    }

    // MARK: - Pieces

    private mutating func beginValue() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func begin(_ bracket: UInt8) {
        beginValue()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func ascii(_ text: String) {
        beginValue()
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func appendString(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        let utf8 = string.utf8.span
        if needsEscapes(utf8) {
            appendEscaped(utf8)
        } else {
            bytes.append(contentsOf: string.utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func needsEscapes(_ utf8: Span<UInt8>) -> Bool {
        for index in utf8.indices {
            let byte = utf8[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                return true
            }
            if options.escapeHTML, htmlEscape(utf8, at: index) != nil { return true }
        }
        return false
    }

    private mutating func appendEscaped(_ utf8: Span<UInt8>) {
        var index = 0
        while index < utf8.count {
            let byte = utf8[index]
            var length = 1
            if let escape = controlEscape(byte) {
                bytes.append(contentsOf: escape.utf8)
            } else if options.escapeHTML, let escape = htmlEscape(utf8, at: index) {
                bytes.append(contentsOf: escape.text.utf8)
                length = escape.length
            } else {
                bytes.append(byte)
            }
            index += length
        }
    }
}

extension JSONValue {
    /// The value as compact JSON text.
    public func serialized(options: JSONWriter.Options = JSONWriter.Options()) -> [UInt8] {
        var writer = JSONWriter(options: options)
        writer.value(self)
        return writer.bytes
    }
}
