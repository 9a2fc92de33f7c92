import JSON

/// What Go says about a body that is not the JSON it should be.
struct GoJSONFault: Error {
    /// The text of Go's error.
    var text: String
}

/// Reads bodies as Go's `json.Decoder` does: the first value counts, what follows is not looked at.
struct GoJSONBody {
    /// The value.
    let value: JSONValue
    /// How much content follows it, and was not needed.
    let unreadCount: Int

    init(_ request: SidecarRequest) throws(GoJSONFault) {
        // Go's own limit is 10 000; ours is what the stack of a thread holds for certain.
        let options = JSONParsingOptions(
            maximumDepth: 1000, invalidUTF8: .replace, trailingBytes: .ignore)
        do throws(JSONError) {
            let document = try JSONDocument(parsing: request.body, options: options)
            value = document.root.value
            unreadCount = request.body.count - document.root.range.upperBound
        } catch {
            guard error.kind == .unexpectedEnd else { throw GoJSONFault(text: error.goMessage) }
            if let reason = request.bodyError { throw GoJSONFault(text: reason) }
            let isBlank = request.body.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
            throw GoJSONFault(text: isBlank ? "EOF" : "unexpected EOF")
        }
    }
}

/// Access to members as Go's `json.Unmarshal` does it for a struct: names without regard to case,
/// null as if absent, and its words for values of another type.
struct GoStruct {
    private let name: String
    private let object: JSONObject

    /// - Parameters:
    ///   - value: what should be an object; null is one without members.
    ///   - name: the type's name without its package, which stands in errors about members.
    ///   - fullName: its name with the package, which stands in an error about the whole.
    init(_ value: JSONValue, name: String, fullName: String) throws(GoJSONFault) {
        self.name = name
        switch value {
        case .object(let object): self.object = object
        case .null: object = JSONObject()
        default: throw Self.mismatch(value, "value of type \(fullName)")
        }
    }

    /// The member of that name; nil when it is absent or null.
    func value(_ field: String) -> JSONValue? {
        let found =
            object[field]
            ?? object.members.last { $0.key.lowercased() == field.lowercased() }?.value
        guard let found, !found.isNull else { return nil }
        return found
    }

    func string(_ field: String) throws(GoJSONFault) -> String? {
        guard let value = value(field) else { return nil }
        guard let text = value.stringValue else { throw mismatch(value, field, "string") }
        return text
    }

    func array(_ field: String, of type: String) throws(GoJSONFault) -> [JSONValue] {
        guard let value = value(field) else { return [] }
        guard let elements = value.arrayValue else { throw mismatch(value, field, "[]" + type) }
        return elements
    }

    func strings(_ field: String) throws(GoJSONFault) -> [String] {
        var strings: [String] = []
        for element in try array(field, of: "string") {
            guard let text = element.isNull ? "" : element.stringValue else {
                throw mismatch(element, field, "string")
            }
            strings.append(text)
        }
        return strings
    }

    func stringMap(_ field: String) throws(GoJSONFault) -> [String: String] {
        guard let value = value(field) else { return [:] }
        guard let members = value.objectValue?.members else {
            throw mismatch(value, field, "map[string]string")
        }
        var map: [String: String] = [:]
        for member in members {
            guard let text = member.value.isNull ? "" : member.value.stringValue else {
                throw mismatch(member.value, field, "string")
            }
            map[member.key] = text
        }
        return map
    }

    func mismatch(_ value: JSONValue, _ field: String, _ type: String) -> GoJSONFault {
        Self.mismatch(value, "struct field \(name).\(field) of type \(type)")
    }

    static func mismatch(_ value: JSONValue, _ place: String) -> GoJSONFault {
        GoJSONFault(text: "json: cannot unmarshal \(kind(value)) into Go \(place)")
    }

    private static func kind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

/// JSON text that Go would write.
enum GoJSONText {
    /// A string from bytes that may not be UTF-8: Go writes an escape for each that is not.
    static func string(_ bytes: [UInt8]) -> [UInt8] {
        if let text = String(validating: bytes, as: UTF8.self) {
            return JSONValue.string(text).serialized(options: .go)
        }
        var writer: [UInt8] = [UInt8(ascii: "\"")]
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = validPrefix(rest)
            let text = String(decoding: rest.prefix(length), as: UTF8.self)
            writer += JSONValue.string(text).serialized(options: .go).dropFirst().dropLast()
            rest = rest.dropFirst(length)
            if !rest.isEmpty {
                writer += "\\ufffd".utf8
                rest = rest.dropFirst()
            }
        }
        return writer + [UInt8(ascii: "\"")]
    }

    /// How many bytes at the start are UTF-8.
    private static func validPrefix(_ bytes: ArraySlice<UInt8>) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            length += UTF8.width(scalar)
        }
        return length
    }
}

/// Bodies of those methods that daprd reads with protobuf's JSON parser.
enum ProtoJSON {
    /// What is wrong with a body, if there is one.
    static func fault(_ request: SidecarRequest) -> SidecarError? {
        if let reason = request.bodyError { return .unreadableBody(reason) }
        guard !request.body.isEmpty, !isValidJSON(request.body) else { return nil }
        let start = request.body.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let shown = String(decoding: ProtoJSONObject.word(start), as: UTF8.self)
        return .malformed(
            "failed deserializing HTTP body: proto: syntax error (line 1:1): invalid value \(shown)"
        )
    }
}
