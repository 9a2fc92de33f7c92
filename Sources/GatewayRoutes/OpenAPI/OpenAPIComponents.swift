import JSON

/// What several operations of a document share, collected as they ask for it.
struct OpenAPIComponents {
    private var schemas = JSONObject()
    private var responses = JSONObject()
    private var headers = JSONObject()

    init() {
        for field in ResponseField.common + [.retryAfter] {
            headers.set(field.name, field.json)
        }
        add(.problem)
    }

    /// The section of the document.
    var json: JSONValue {
        [
            "schemas": .object(schemas), "responses": .object(responses),
            "headers": .object(headers),
        ]
    }

    /// Takes over what a schema refers to.
    mutating func add(_ schema: Schema) {
        for (name, json) in schema.definitions where schemas[name] == nil {
            schemas.set(name, json)
        }
    }

    // MARK: - Content

    /// The body of a request.
    mutating func requestBody(_ body: RequestContent) -> JSONValue {
        var json: JSONObject = ["content": content(body.contents)]
        if case .json = body.form { json.set("required", true) }
        return .object(json)
    }

    private mutating func content(_ contents: [Content]) -> JSONValue {
        var json = JSONObject()
        for content in contents {
            add(content.schema)
            var media: JSONObject = ["schema": content.schema.json]
            media.set("example", content.example)
            json.set(content.mediaType, .object(media))
        }
        return .object(json)
    }

    // MARK: - Responses

    /// A response of a route's own.
    mutating func response(_ answer: Answer) -> JSONValue {
        var json: JSONObject = ["description": .string(answer.summary)]
        json.set("headers", fields(answer.fields))
        if !answer.contents.isEmpty { json.set("content", content(answer.contents)) }
        return .object(json)
    }

    private func fields(_ own: [ResponseField], isRetryable: Bool = false) -> JSONValue {
        var json = JSONObject()
        for field in own { json.set(field.name, field.json) }
        for field in ResponseField.common + (isRetryable ? [.retryAfter] : []) {
            json.set(field.name, ["$ref": .string("#/components/headers/\(field.name)")])
        }
        return .object(json)
    }

    /// A problem document of one of these types, which have one status: a response with a name, since
    /// most routes share it with others.
    ///
    /// - Parameters:
    ///   - types: at least one, all of one status.
    ///   - isAppToo: whether an app may answer that status with something else.
    mutating func problems(_ types: [ProblemType], isAppToo: Bool) -> JSONValue {
        let status = types[0].row.status
        let name =
            "\(status)." + types.map(\.rawValue).joined(separator: ".") + (isAppToo ? ".app" : "")
        let reference: JSONValue = ["$ref": .string("#/components/responses/\(name)")]
        guard responses[name] == nil else { return reference }
        let text = types.map { "\($0.rawValue): \($0.row.title)" }.joined(separator: "\n")
        let narrowed: JSONValue = [
            "properties": [
                "type": ["enum": .array(types.map { .string($0.uri) })],
                "status": ["const": .number(JSONNumber(status))],
            ]
        ]
        var content: JSONObject = [
            ContentType.problem: ["schema": ["allOf": [Schema.problem.json, narrowed]]]
        ]
        if isAppToo { content.set("*/*", ["schema": Schema.anything.json]) }
        responses.set(
            name,
            [
                "description": .string(text),
                "headers": fields([], isRetryable: types.contains(where: \.row.isRetryable)),
                "content": .object(content),
                "x-problems": .array(types.map { .string($0.rawValue) }),
            ])
        return reference
    }

    /// What HEAD answers, whatever the status.
    mutating func withoutContent() -> JSONValue {
        named("WithoutContent", "what GET answers, without the content", [])
    }

    /// What OPTIONS answers.
    mutating func allow() -> JSONValue {
        named(
            "Allow", "the methods of the path",
            [ResponseField("Allow", "the methods, separated by commas", required: true)])
    }

    private mutating func named(
        _ name: String, _ summary: String, _ own: [ResponseField]
    ) -> JSONValue {
        if responses[name] == nil {
            responses.set(name, ["description": .string(summary), "headers": fields(own)])
        }
        return ["$ref": .string("#/components/responses/\(name)")]
    }
}

extension ResponseField {
    fileprivate var json: JSONValue {
        var json: JSONObject = ["description": .string(summary), "schema": schema.json]
        if isRequired { json.set("required", true) }
        return .object(json)
    }
}

extension Schema {
    /// A problem document (RFC 9457, section 3), with what the sidecar said.
    static let problem = named(
        "Problem",
        .object(
            .required("type", .choice(ProblemType.allCases.map(\.uri))),
            .required("title", .string), .required("status", .integer),
            .required("detail", .string), .required("instance", .string),
            .optional("dapr", daprError)))

    private static let daprError = named(
        "DaprError",
        .object(
            .optional("errorCode", .string), .required("message", .string),
            .optional("grpcStatus", .integer), .optional("httpStatus", .integer),
            .optional("details", .list(of: .map(of: .anything)))))
}
