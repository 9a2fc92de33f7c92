import JSON

/// One item of a save, or the request of one operation of a transaction, as HTTP bodies have it.
struct StateItem {
    var key = ""
    /// The stored bytes: the value as Go writes it again, `null` when there is none.
    var data: [UInt8] = Array("null".utf8)
    var etag: String?
    var metadata: [String: String] = [:]
    var concurrency = ""
    var consistency = ""

    /// The items of a save.
    static func list(_ value: JSONValue) throws(GoJSONFault) -> [StateItem] {
        switch value {
        case .null: return []
        case .array(let elements):
            var items: [StateItem] = []
            for element in elements { items.append(try StateItem(element)) }
            return items
        default: throw GoStruct.mismatch(value, "value of type []state.SetRequest")
        }
    }

    /// An item of a save.
    private init(_ value: JSONValue) throws(GoJSONFault) {
        let item = try GoStruct(value, name: "SetRequest", fullName: "state.SetRequest")
        key = try item.string("key") ?? ""
        if let value = item.value("value") { data = try Self.encode(value) }
        etag = try item.string("etag")
        metadata = try item.stringMap("metadata")
        if let options = item.value("options") {
            let options = try GoStruct(
                options, name: "SetRequest.options", fullName: "state.SetStateOption")
            concurrency = try options.string("concurrency") ?? ""
            consistency = try options.string("consistency") ?? ""
        }
    }

    /// The request of an operation, which daprd decodes in two steps.
    init(mapped value: JSONValue) throws(GoJSONFault) {
        let request = try MappedStruct(value)
        key = request.string("key", "Key") ?? ""
        if let value = request["value"] { data = try Self.encode(value) }
        etag = request.string("etag", "ETag")
        for member in request["metadata"]?.objectValue?.members ?? [] {
            metadata[member.key] = member.value.stringValue ?? ""
        }
        if let options = request["options"]?.objectValue {
            concurrency = options["concurrency"]?.stringValue ?? ""
            consistency = options["consistency"]?.stringValue ?? ""
        }
        try request.finish()
    }

    /// The value as Go stores it: numbers are doubles, keys are sorted, `<` is escaped.
    private static func encode(_ value: JSONValue) throws(GoJSONFault) -> [UInt8] {
        do throws(GoNumberRangeError) {
            return try value.asGoDecoded.serialized(options: .go)
        } catch {
            throw GoJSONFault(text: error.description)
        }
    }

    /// The write that stores it.
    func write(key: String, ttl: String?) -> StateWrite {
        StateWrite(
            key: key, kind: .set(data), isDocument: true, etag: etag, concurrency: concurrency,
            consistency: consistency, ttl: ttl)
    }
}

/// One operation of a transaction over HTTP.
struct StateOperation {
    var name: String
    private var request: JSONValue

    static func list(_ value: JSONValue) throws(GoJSONFault) -> [StateOperation] {
        let body = try GoStruct(
            value, name: "TransactionalRequestBody", fullName: "http.stateTransactionRequestBody")
        _ = try body.stringMap("metadata")
        var operations: [StateOperation] = []
        for element in try body.array("operations", of: "http.stateTransactionRequestBodyOperation")
        {
            let operation = try GoStruct(
                element, name: "stateTransactionRequestBodyOperation",
                fullName: "http.stateTransactionRequestBodyOperation")
            operations.append(
                StateOperation(
                    name: try operation.string("operation") ?? "",
                    request: operation.value("request") ?? .null))
        }
        return operations
    }

    func item() throws(GoJSONFault) -> StateItem {
        try StateItem(mapped: request)
    }
}

/// Access to members as the library mapstructure does it, and its words for wrong types.
private final class MappedStruct {
    private let object: JSONObject
    private var faults: [String] = []

    init(_ value: JSONValue) throws(GoJSONFault) {
        switch value {
        case .object(let object): self.object = object
        case .null: object = JSONObject()
        default:
            throw GoJSONFault(
                text: "1 error(s) decoding:\n\n* '' expected a map, got '\(Self.kind(value))'")
        }
    }

    subscript(name: String) -> JSONValue? {
        let value = object.members.last { $0.key.lowercased() == name }?.value
        guard let value, !value.isNull else { return nil }
        return value
    }

    func string(_ name: String, _ field: String) -> String? {
        guard let value = self[name] else { return nil }
        if let text = value.stringValue { return text }
        faults.append(
            "* '\(field)' expected type 'string', got unconvertible type '\(Self.type(value))',"
                + " value: '\(GoText.value(value))'")
        return nil
    }

    /// Reports what was wrong.
    func finish() throws(GoJSONFault) {
        guard !faults.isEmpty else { return }
        throw GoJSONFault(
            text: "\(faults.count) error(s) decoding:\n\n" + faults.joined(separator: "\n"))
    }

    private static func kind(_ value: JSONValue) -> String {
        switch value {
        case .array: "slice"
        case .string: "string"
        case .number: "float64"
        case .bool: "bool"
        case .null, .object: "map"
        }
    }

    private static func type(_ value: JSONValue) -> String {
        switch value {
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        default: kind(value)
        }
    }
}
