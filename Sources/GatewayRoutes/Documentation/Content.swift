import JSON

/// Content in one media type.
struct Content: Sendable {
    let mediaType: String
    let schema: Schema
    let example: JSONValue?

    init(_ mediaType: String, _ schema: Schema, example: JSONValue? = nil) {
        self.mediaType = mediaType
        self.schema = schema
        self.example = example
    }

    /// JSON of that form; the example is JSON text.
    static func json(_ schema: Schema, example: String? = nil) -> Content {
        Content(ContentType.json, schema, example: example.map(parsed))
    }

    private static func parsed(_ example: String) -> JSONValue {
        do {
            return try JSONDocument(parsing: Array(example.utf8)).root.value
        } catch {
            preconditionFailure("an example in the source is JSON: \(error)")
        }
    }

    /// Text.
    static func text(example: String? = nil) -> Content {
        Content("text/plain", .string, example: example.map(JSONValue.string))
    }

    /// Bytes that nobody looks into.
    static let bytes = Content(ContentType.bytes, .anything)
    /// Server-sent events.
    static let events = Content("text/event-stream", .string)
    /// Anything at all, passed through.
    static let anything = Content("*/*", .anything)
}

extension [Content] {
    /// A stored value: JSON if it parses as such, else text if it is UTF-8, else bytes.
    static func value(example: String = #"{"id":17}"#) -> [Content] {
        [.json(.anything, example: example), .text(), .bytes]
    }
}

/// What the body of a request is.
struct RequestContent: Sendable {
    /// Which bodies can mean something.
    enum Form: Sendable {
        /// All.
        case any
        /// Those that are UTF-8.
        case text
        /// Those that are JSON of the documented form.
        case json
    }

    let form: Form
    let contents: [Content]
    /// The body of the route's example.
    let example: String

    /// Any bytes, kept or passed on as they are.
    static func value(example: String = #"{"id":17}"#) -> RequestContent {
        RequestContent(form: .any, contents: .value(example: example), example: example)
    }

    /// UTF-8 text.
    static func text(example: String) -> RequestContent {
        RequestContent(form: .text, contents: [.text(example: example)], example: example)
    }

    /// JSON of that form.
    static func json(_ schema: Schema, example: String) -> RequestContent {
        RequestContent(form: .json, contents: [.json(schema, example: example)], example: example)
    }

    /// Bodies in media types that the route tells apart; all are taken.
    static func any(_ contents: [Content], example: String) -> RequestContent {
        RequestContent(form: .any, contents: contents, example: example)
    }
}
