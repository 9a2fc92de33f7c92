/// What a reader accepts beyond RFC 8259, and how deep it goes.
public struct JSONParsingOptions: Sendable {
    /// What to do with text that is not Unicode: bytes that are not UTF-8, and escapes such as
    /// `\ud800` that are half of a surrogate pair.
    public enum InvalidUTF8: Sendable {
        /// Fail.
        case refuse
        /// Read each bad byte and each lone escape as U+FFFD, as Go does.
        case replace
    }

    /// What to do with bytes after the value that are not white space.
    public enum TrailingBytes: Sendable {
        /// Fail.
        case refuse
        /// Leave them, as Go's `json.Decoder` does with what follows the first value.
        case ignore
    }

    /// How many arrays and objects may be open at once. Values are walked recursively later on,
    /// so a higher number needs the stack for it.
    public var maximumDepth: Int
    /// Treatment of text that is not Unicode.
    public var invalidUTF8: InvalidUTF8
    /// Treatment of bytes after the value.
    public var trailingBytes: TrailingBytes

    /// RFC 8259 to the letter and a depth of 128, unless told otherwise.
    public init(
        maximumDepth: Int = 128, invalidUTF8: InvalidUTF8 = .refuse,
        trailingBytes: TrailingBytes = .refuse
    ) {
        self.maximumDepth = maximumDepth
        self.invalidUTF8 = invalidUTF8
        self.trailingBytes = trailingBytes
    }
}
