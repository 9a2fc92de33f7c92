import HTTPTypes
import JSON

extension Route {
    /// The path as OpenAPI writes it, which has no parameters that take several segments.
    var openAPIPath: String {
        "/"
            + template.segments.map { segment in
                switch segment {
                case .literal(let text): String(decoding: text, as: UTF8.self)
                case .parameter(let name), .rest(let name): "{\(name)}"
                }
            }.joined(separator: "/")
    }

    /// `get-v1-state-store-key`.
    func operationID(_ method: HTTPRequest.Method) -> String {
        let words = template.description.split { !$0.isLetter && !$0.isNumber }
        return ([method.rawValue.lowercased()] + words.map(String.init)).joined(separator: "-")
    }

    /// The parameters of the path.
    ///
    /// - Parameters:
    ///   - names: what they are called in the document.
    ///   - isChecked: whether what they cannot be is refused.
    func pathParameters(_ names: [String], isChecked: Bool = true) -> [JSONValue] {
        zip(names, template.isRest).enumerated().map { index, parameter in
            let (name, isRest) = parameter
            let documentation = documentation.flatMap {
                index < $0.path.count ? $0.path[index] : nil
            }
            var summary = documentation?.summary ?? ""
            if isRest {
                summary += "; takes the rest of the path: '/' and '%2F' are the same"
            }
            var json: JSONObject = ["name": .string(name), "in": "path", "required": true]
            json.set("description", .string(summary))
            let schema = isChecked ? documentation?.schema : nil
            json.set("schema", (schema ?? .string).json)
            json.set("example", documentation.map { .string($0.example) })
            if isRest { json.set("x-rest-of-path", true) }
            return .object(json)
        }
    }

    /// The parameters of the query.
    var queryParameters: [JSONValue] {
        guard case .known(let known) = parameters else { return [] }
        return known.map(\.json)
    }
}

extension RouteTemplate {
    /// Of each parameter, whether it takes the rest of the path.
    fileprivate var isRest: [Bool] {
        segments.compactMap { segment in
            switch segment {
            case .literal: nil
            case .parameter: false
            case .rest: true
            }
        }
    }
}

extension QueryParameter {
    fileprivate var json: JSONValue {
        var json: JSONObject = [
            // Their names begin with a prefix that ends in a dot.
            "name": .string(value == .metadata ? String(name.dropLast()) : name), "in": "query",
            "description": .string(summary),
        ]
        if isRequired { json.set("required", true) }
        json.set("schema", schema)
        switch value {
        case .metadata:
            // The members of such an object are parameters of their own (OpenAPI 3.1.0, 4.8.12).
            json.set("style", "form")
            json.set("explode", true)
        case .list(let example):
            json.set("style", "form")
            json.set("explode", true)
            json.set("example", .array(example.map(JSONValue.string)))
        case .text(let example), .duration(let example): json.set("example", .string(example))
        default: break
        }
        return .object(json)
    }

    private var schema: JSONValue {
        switch value {
        case .text, nil: Schema.string.json
        case .duration: Schema.duration.json
        case .flag: Schema.boolean.json
        case .choice(let choices): Schema.choice(choices).json
        case .number(let range):
            [
                "type": "integer", "minimum": .number(JSONNumber(range.lowerBound)),
                "maximum": .number(JSONNumber(range.upperBound)),
            ]
        case .list: Schema.list(of: .string, atLeast: isRequired ? 1 : 0).json
        case .metadata:
            [
                "type": "object",
                "patternProperties": .object(
                    JSONObject([
                        .init(
                            key: "^\(name.replacing(".", with: "\\."))", value: Schema.string.json)
                    ])), "additionalProperties": false,
            ]
        }
    }
}

extension RequestField {
    /// The parameter.
    var json: JSONValue {
        var json: JSONObject = [
            "name": .string(name), "in": "header", "description": .string(summary),
            "schema": Schema.string.json,
        ]
        json.set("example", example.map(JSONValue.string))
        return .object(json)
    }
}
