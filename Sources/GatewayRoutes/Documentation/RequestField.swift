/// A header field of requests that means something to a route.
struct RequestField: Sendable {
    /// What its value is.
    enum Value: Sendable, Hashable {
        /// `*` or a list of entity tags (RFC 9110, section 13.1).
        case entityTags
        /// Text.
        case text
    }

    let name: String
    let summary: String
    let value: Value
    let example: String?

    /// `If-Match`: only if the stored version is one of these.
    static let ifMatch = RequestField(
        name: "If-Match", summary: "an entity tag: only if that version is there; * for any",
        value: .entityTags, example: nil)
    /// `If-None-Match` of a write: only if there is none.
    static let ifAbsent = RequestField(
        name: "If-None-Match", summary: "*: only if the key does not exist", value: .entityTags,
        example: nil)
    /// `If-None-Match` of a read: only if it is another version.
    static let ifNoneMatch = RequestField(
        name: "If-None-Match", summary: "an entity tag: 304 if that version is still there",
        value: .entityTags, example: nil)

    /// A field with text.
    static func text(
        _ name: String, _ summary: String, example: String? = nil
    ) -> RequestField {
        RequestField(name: name, summary: summary, value: .text, example: example)
    }

    /// CloudEvents attributes in binary mode.
    static let event: [RequestField] = [
        .text("ce-id", "the id of the CloudEvent", example: "A234-1234"),
        .text("ce-source", "its source", example: "/orders"),
        .text("ce-type", "its type", example: "com.example.order"),
        .text("ce-subject", "its subject", example: "17"),
    ]
}
