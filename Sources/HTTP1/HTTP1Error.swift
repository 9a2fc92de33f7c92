/// An answer that is no HTTP/1.1 (RFC 9112), or that could be read in two ways.
public struct HTTP1Error: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for people.
    public let text: String

    /// An error with a text for people.
    public init(_ text: String) {
        self.text = text
    }

    /// `HTTP/1.1: invalid character in header`.
    public var description: String { "HTTP/1.1: \(text)" }
}
