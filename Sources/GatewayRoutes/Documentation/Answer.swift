/// One of the ways in which a route answers when all goes well.
struct Answer: Sendable {
    /// The status code; nil for whatever an app behind the route says.
    let status: Int?
    /// What it means, in a few words.
    let summary: String
    /// The content, in one of these media types; none when it is empty.
    let contents: [Content]
    /// The header fields that it has beside those of every response.
    let fields: [ResponseField]

    init(
        _ status: Int?, _ summary: String, _ contents: [Content] = [],
        fields: [ResponseField] = []
    ) {
        self.status = status
        self.summary = summary
        self.contents = contents
        self.fields = fields
    }

    /// 200 with content.
    static func ok(
        _ summary: String, _ contents: [Content], fields: [ResponseField] = []
    ) -> Answer {
        Answer(200, summary, contents, fields: fields)
    }

    /// 200 with JSON of that form.
    static func json(
        _ summary: String, _ schema: Schema, example: String? = nil,
        fields: [ResponseField] = []
    ) -> Answer {
        Answer(200, summary, [.json(schema, example: example)], fields: fields)
    }

    /// 204.
    static func noContent(_ summary: String = "done") -> Answer { Answer(204, summary) }

    /// 304.
    static let notModified = Answer(304, "that version is still there", fields: [.etag])

    /// Whatever the app behind the route answers.
    static let anything = Answer(nil, "what the app answers, untouched", [.anything])
}

/// A header field of a response.
struct ResponseField: Sendable {
    let name: String
    let summary: String
    let schema: Schema
    /// Whether such a response always has it.
    let isRequired: Bool

    init(_ name: String, _ summary: String, _ schema: Schema = .string, required: Bool = false) {
        self.name = name
        self.summary = summary
        self.schema = schema
        isRequired = required
    }

    /// `ETag`.
    static let etag = ResponseField("ETag", "the version, where the store has versions")
    /// `Location`.
    static let location = ResponseField("Location", "where it can be found", required: true)
    /// `Cache-Control`.
    static let cacheControl = ResponseField("Cache-Control", "who may keep it", required: true)
    /// `Retry-After`.
    static let retryAfter = ResponseField(
        "Retry-After", "after how many seconds it may succeed", .integer)

    /// What every response carries.
    static let common = [
        ResponseField("X-Request-Id", "the name of the request", required: true),
        ResponseField("Server-Timing", "where the time went, in milliseconds", required: true),
        ResponseField("X-Content-Type-Options", "nosniff", .choice(["nosniff"]), required: true),
    ]
}
