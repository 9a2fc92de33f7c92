import JSON

/// The media types that the facade gives to content whose type nobody said.
enum ContentType {
    static let json = "application/json"
    static let text = "text/plain; charset=utf-8"
    static let bytes = "application/octet-stream"
    static let lines = "application/x-ndjson"
    static let problem = "application/problem+json"

    /// JSON if it parses as such, else text if it is UTF-8, else bytes.
    static func sniffed(_ content: [UInt8]) -> String {
        if isValidJSON(content) { return json }
        return isValidUTF8(content[...]) ? text : bytes
    }

    /// The type without its parameters, in lower case.
    static func essence(_ contentType: String) -> String {
        let end = contentType.firstIndex(of: ";") ?? contentType.endIndex
        return trimmed(contentType[..<end]).lowercased()
    }
}

/// The text without blanks and tabs around it, which is all the white space header fields have.
func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
    while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
    return text
}

/// The elements of a header field that is a list (RFC 9110, section 5.6.1).
func listElements(_ values: [String]) -> [Substring] {
    values.flatMap { $0.split(separator: ",").map(trimmed) }.filter { !$0.isEmpty }
}
