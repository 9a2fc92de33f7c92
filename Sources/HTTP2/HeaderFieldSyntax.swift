/// A header field that must not be sent; it is refused, not repaired.
public struct HeaderFieldError: Error, Hashable, Sendable {
    /// What is wrong with the field.
    public enum Problem: Hashable, Sendable {
        /// The name is empty, has an upper-case letter or is no token (RFC 9113 §8.2).
        case name
        /// The value has a control character, or white space at an end (RFC 9113 §8.2.1).
        case value
        /// A pseudo-header field that does not exist or follows a regular field (RFC 9113 §8.3).
        case pseudoHeader
    }

    /// The name of the field, as it was given.
    public let name: String
    /// What is wrong with it.
    public let problem: Problem

    /// An error about the field called `name`.
    public init(name: String, problem: Problem) {
        self.name = name
        self.problem = problem
    }
}

extension HeaderFieldError: CustomStringConvertible {
    /// A sentence that names the field, never its value.
    public var description: String {
        switch problem {
        case .name: "header field name '\(name)' is not a lower-case token"
        case .value: "value of header field '\(name)' has a character that is not allowed"
        case .pseudoHeader: "pseudo-header field '\(name)' is unknown or out of place"
        }
    }
}

/// The character rules of RFC 9110 §5.6.2 and RFC 9113 §8.2.
enum HeaderFieldSyntax {
    /// Token characters but upper-case letters, one bit per ASCII code.
    private static let tokens: (low: UInt64, high: UInt64) = {
        var low: UInt64 = 0
        var high: UInt64 = 0
        for byte in "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".utf8 {
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
        }
        return (low, high)
    }()

    /// Whether `name` is a non-empty lower-case token.
    static func isName(_ name: Span<UInt8>) -> Bool {
        let (low, high) = tokens
        for index in name.indices {
            let byte = name[index]
            let set = byte < 64 ? low : high
            if byte > 127 || (set >> UInt64(byte & 63)) & 1 == 0 { return false }
        }
        return !name.isEmpty
    }

    /// Whether `value` has neither control characters (but a tab) nor white space at its ends.
    static func isValue(_ value: Span<UInt8>) -> Bool {
        for index in value.indices {
            let byte = value[index]
            if byte < 0x20 && byte != 0x09 || byte == 0x7f { return false }
        }
        return value.isEmpty || !isBlank(value[0]) && !isBlank(value[value.count - 1])
    }

    /// Whether `name` is one of the pseudo-header fields that we send.
    static func isPseudoHeader(_ name: Span<UInt8>) -> Bool {
        [":method", ":scheme", ":path", ":authority", ":status"]
            .contains { HeaderBlock.equal(name, $0.utf8.span) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}
