/// Why a message cannot become JSON, or JSON a message.
public struct TranscodingError: Error, Sendable, Hashable {
    /// What was wrong.
    public enum Kind: Sendable, Hashable {
        /// The text is no JSON.
        case invalidJSON
        /// The JSON has a member that the message has no field for.
        case unknownField
        /// A value is not one that its field can have.
        case invalidValue
        /// A `google.protobuf.Any` holds a message of a type that is not described.
        case unknownType(String)
        /// The bytes are not the message that they should be.
        case malformedMessage
        /// Messages are nested deeper than the limit.
        case tooDeep
    }

    /// What was wrong.
    public let kind: Kind
    /// Where, such as `items[2].name`; empty for the message as a whole.
    public let path: String
    /// What is wrong there.
    public let text: String

    init(_ kind: Kind, _ text: String, path: String = "") {
        self.kind = kind
        self.text = text
        self.path = path
    }

    /// The same error as the message around sees it.
    ///
    /// - Parameter step: `name`, or `[2]`.
    func inside(_ step: String) -> TranscodingError {
        let joined =
            if path.isEmpty || path.hasPrefix("[") { step + path } else { "\(step).\(path)" }
        return TranscodingError(kind, text, path: joined)
    }
}

extension TranscodingError: CustomStringConvertible {
    /// `items[2].name: expected a string`.
    public var description: String { path.isEmpty ? text : "\(path): \(text)" }
}

/// How deep messages may be nested, as in other implementations of protobuf.
let maximumDepth = 100

func checkDepth(_ depth: Int) throws(TranscodingError) {
    guard depth <= maximumDepth else {
        throw TranscodingError(.tooDeep, "messages are nested more than \(maximumDepth) deep")
    }
}
