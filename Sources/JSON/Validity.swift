/// The nesting at which Go's encoding/json gives up; ours where nothing is built, because a scan
/// alone needs no stack.
private let scanOnlyMaximumDepth = 10_000

/// Whether the bytes are one JSON text (RFC 8259) in UTF-8, without building anything.
///
/// Escapes that are half of a surrogate pair count as valid: the grammar allows them (section 8.2),
/// and JavaScript's `JSON.stringify` writes them.
public func isValidJSON(_ bytes: Span<UInt8>) -> Bool {
    var scanner = Scanner(
        Scanner.Policy(maximumDepth: scanOnlyMaximumDepth, refusesLoneSurrogates: false))
    do throws(ScanFailure) {
        try scanner.scan(bytes)
        return true
    } catch {
        return false
    }
}

/// Whether the bytes are one JSON text, without building anything.
public func isValidJSON(_ bytes: [UInt8]) -> Bool { isValidJSON(bytes.span) }

/// Whether the bytes are one JSON text, without building anything.
public func isValidJSON(_ bytes: ArraySlice<UInt8>) -> Bool { isValidJSON(bytes.span) }

/// Removes the white space between the tokens of one JSON text and leaves the rest as it is, bytes
/// that are not UTF-8 included, as Go does with a `json.RawMessage`.
///
/// - Parameter escapeHTML: writes `<`, `>`, `&`, U+2028 and U+2029 as `\u003c` and so on.
/// - Throws: a ``JSONError`` if the bytes are not one JSON text.
public func compactJSON(_ bytes: [UInt8], escapeHTML: Bool) throws(JSONError) -> [UInt8] {
    var scanner = Scanner(
        Scanner.Policy(
            maximumDepth: scanOnlyMaximumDepth, refusesInvalidUTF8: false,
            refusesLoneSurrogates: false))
    do throws(ScanFailure) {
        try scanner.scan(bytes.span)
    } catch {
        throw JSONError(error, in: bytes.span)
    }
    var compact: [UInt8] = []
    compact.reserveCapacity(bytes.count)
    var isInString = false
    var index = 0
    while index < bytes.count {
        let byte = bytes[index]
        var length = 1
        if !isInString {
            if !isWhiteSpace(byte) { compact.append(byte) }
            isInString = byte == UInt8(ascii: "\"")
        } else if escapeHTML, let escape = htmlEscape(bytes.span, at: index) {
            compact.append(contentsOf: escape.text.utf8)
            length = escape.length
        } else {
            compact.append(byte)
            if byte == UInt8(ascii: "\"") { isInString = false }
            if byte == UInt8(ascii: "\\") {
                compact.append(bytes[index + 1])
                length = 2
            }
        }
        index += length
    }
    return compact
}
