import JSON

/// A JSON Schema (draft 2020-12, which OpenAPI 3.1 uses), with the named schemas that it refers to.
struct Schema: Sendable {
    /// The schema.
    let json: JSONValue
    /// What its references point at, by name.
    private(set) var definitions: [(name: String, json: JSONValue)] = []

    init(_ json: JSONValue) {
        self.json = json
    }

    private init(_ json: JSONValue, using schemas: [Schema]) {
        self.json = json
        definitions = schemas.flatMap(\.definitions)
    }

    // MARK: - Words

    /// Any JSON value.
    static let anything = Schema([:])
    static let null = Schema(["type": "null"])
    static let string = Schema(["type": "string"])
    static let integer = Schema(["type": "integer"])
    static let boolean = Schema(["type": "boolean"])
    /// Bytes as Base64 text.
    static let base64 = Schema(["type": "string", "contentEncoding": "base64"])
    /// A duration with its unit; whole seconds without.
    static let duration = Schema(["type": "string", "pattern": .string(Duration.pattern)])

    /// One of these texts.
    static func choice(_ texts: [String]) -> Schema {
        Schema(["type": "string", "enum": .array(texts.map(JSONValue.string))])
    }

    // MARK: - Sentences

    static func list(of element: Schema, atLeast count: Int = 0) -> Schema {
        var object: JSONObject = ["type": "array", "items": element.json]
        if count > 0 { object.set("minItems", .number(JSONNumber(count))) }
        return Schema(.object(object), using: [element])
    }

    /// An object with any members, all of one kind.
    static func map(of value: Schema) -> Schema {
        Schema(["type": "object", "additionalProperties": value.json], using: [value])
    }

    static func either(_ schemas: Schema...) -> Schema {
        Schema(["oneOf": .array(schemas.map(\.json))], using: schemas)
    }

    /// A member of an object.
    struct Member: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool

        static func required(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, isRequired: true)
        }

        static func optional(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, isRequired: false)
        }
    }

    /// An object with these members and no others.
    static func object(_ members: Member...) -> Schema {
        var properties = JSONObject()
        for member in members { properties.set(member.name, member.schema.json) }
        var object: JSONObject = ["type": "object"]
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { object.set("required", .array(required)) }
        object.set("properties", .object(properties))
        object.set("additionalProperties", false)
        return Schema(.object(object), using: members.map(\.schema))
    }

    /// A schema with a name of its own, to which others refer.
    static func named(_ name: String, _ schema: Schema) -> Schema {
        var reference = Schema(["$ref": .string("#/components/schemas/\(name)")], using: [schema])
        reference.definitions.append((name, schema.json))
        return reference
    }
}

extension JSONObject {
    /// Adds a member; nil adds none.
    mutating func set(_ key: String, _ value: JSONValue?) {
        if let value { members.append(Member(key: key, value: value)) }
    }
}
