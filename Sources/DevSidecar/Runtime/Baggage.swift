/// What is wrong with a `baggage` header.
struct BaggageError: Error, Sendable {
    /// The sidecar's words, such as `invalid key: "a b"`.
    var reason: String

    /// The message of both APIs.
    var message: String { "invalid baggage header: " + reason }
}

/// The syntax of W3C Baggage (section 3.3), as strictly as the sidecar checks it.
enum Baggage {
    /// - Throws: the first fault.
    static func check(_ text: String) throws(BaggageError) {
        guard !text.isEmpty else { return }
        guard text.utf8.count <= 8192 else {
            throw BaggageError(reason: "baggage-string too large")
        }
        let members = text.split(separator: ",", omittingEmptySubsequences: false)
        guard members.count <= 180 else { throw BaggageError(reason: "too many list-members") }
        for member in members { try check(member: member) }
    }

    private static func check(member: Substring) throws(BaggageError) {
        let pair = member.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)[0]
        guard let equals = pair.firstIndex(of: "=") else {
            throw BaggageError(reason: "invalid baggage list-member: \"\(member)\"")
        }
        let key = trimmed(pair[..<equals])
        guard !key.isEmpty, key.utf8.allSatisfy(isTokenByte) else {
            throw BaggageError(reason: "invalid key: \"\(key)\"")
        }
        let value = trimmed(pair[pair.index(after: equals)...])
        guard value.utf8.allSatisfy(isValueByte) else {
            throw BaggageError(reason: "invalid value: \"\(value)\"")
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
    }

    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && !"\",;\\".utf8.contains(byte)
    }
}
