/// What kind of value a piece of JSON is.
public enum JSONKind: Sendable, Hashable {
    case null, bool, number, string, array, object
}

/// One value of a scanned text. A container is followed by what it contains, in order; in an
/// object, each value by turns with its key.
struct TapeEntry: Sendable {
    let kind: JSONKind
    /// For a string: its text is the bytes between the quotes.
    var isPlain = true
    let start: Int
    var end: Int
    /// The index of the entry after this value and all it contains.
    var next: Int

    /// The text of a string.
    func string(in bytes: Span<UInt8>) -> String {
        let content = (start + 1)..<(end - 1)
        return isPlain ? text(bytes, content) : decodedString(bytes, content)
    }

    /// The text of a number.
    func number(in bytes: Span<UInt8>) -> JSONNumber {
        JSONNumber(scanned: text(bytes, start..<end))
    }

    /// The truth value of a `true` or `false`.
    func bool(in bytes: Span<UInt8>) -> Bool {
        bytes[start] == UInt8(ascii: "t")
    }
}

/// The text of a range known to be UTF-8.
private func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    guard let utf8 = try? UTF8Span(validating: bytes.extracting(range)) else {
        preconditionFailure("the scanner marked text as plain that is not UTF-8")
    }
    return String(copying: utf8)
}

/// Scans `bytes` onto a tape, whose first entry is the whole value.
func scanTape(
    _ bytes: Span<UInt8>, _ options: JSONParsingOptions
) throws(JSONError) -> [TapeEntry] {
    var scanner = Scanner(
        Scanner.Policy(
            maximumDepth: options.maximumDepth,
            refusesInvalidUTF8: options.invalidUTF8 == .refuse,
            refusesLoneSurrogates: options.invalidUTF8 == .refuse,
            refusesTrailingBytes: options.trailingBytes == .refuse,
            recordsTape: true))
    do throws(ScanFailure) {
        try scanner.scan(bytes)
    } catch {
        throw JSONError(error, in: bytes)
    }
    return scanner.tape
}

// MARK: - Building values

extension JSONValue {
    /// Builds the value recorded at `index` of a tape.
    init(_ tape: [TapeEntry], at index: Int, in bytes: Span<UInt8>) {
        let entry = tape[index]
        switch entry.kind {
        case .null: self = .null
        case .bool: self = .bool(entry.bool(in: bytes))
        case .number: self = .number(entry.number(in: bytes))
        case .string: self = .string(entry.string(in: bytes))
        case .array:
            var elements: [JSONValue] = []
            var next = index + 1
            while next < entry.next {
                elements.append(JSONValue(tape, at: next, in: bytes))
                next = tape[next].next
            }
            self = .array(elements)
        case .object:
            var members: [JSONObject.Member] = []
            var next = index + 1
            while next < entry.next {
                members.append(
                    JSONObject.Member(
                        key: tape[next].string(in: bytes),
                        value: JSONValue(tape, at: next + 1, in: bytes)))
                next = tape[next + 1].next
            }
            self = .object(JSONObject(members))
        }
    }

    /// Reads one JSON value (RFC 8259).
    ///
    /// To learn where the value ended, or to keep its text, read a ``JSONDocument`` instead.
    ///
    /// - Throws: a ``JSONError`` that says what is wrong and where.
    public static func parse(
        _ bytes: Span<UInt8>, options: JSONParsingOptions = JSONParsingOptions()
    ) throws(JSONError) -> JSONValue {
        JSONValue(try scanTape(bytes, options), at: 0, in: bytes)
    }

    /// Reads one JSON value (RFC 8259).
    public static func parse(
        _ bytes: [UInt8], options: JSONParsingOptions = JSONParsingOptions()
    ) throws(JSONError) -> JSONValue {
        try parse(bytes.span, options: options)
    }

    /// Reads one JSON value; offsets in errors count from the start of the slice.
    public static func parse(
        _ bytes: ArraySlice<UInt8>, options: JSONParsingOptions = JSONParsingOptions()
    ) throws(JSONError) -> JSONValue {
        try parse(bytes.span, options: options)
    }
}
