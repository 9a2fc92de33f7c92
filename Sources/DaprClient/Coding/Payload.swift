/// A Swift value as it travels: bytes, and the content type that says what they are.
struct Payload: Sendable, Hashable {
    /// The content.
    var bytes: [UInt8]
    /// What the content is, such as `application/json`.
    var contentType: String

    /// Encodes a value by its type, which decides alone, in generic code too: bytes (`[UInt8]`,
    /// `Data`) stay as they are, a `String` is its UTF-8, and everything else is JSON.
    ///
    /// - Parameter contentType: nil means the one of the type.
    /// - Throws: `.invalidArgument` when the value cannot be encoded, or is to be sent as something
    ///   that is no JSON though only JSON can hold it.
    init<Value: Encodable>(
        _ value: Value, contentType: String? = nil
    ) throws(DaprError) {
        if let bytes = PlainValue.bytes(of: value) {
            self.init(bytes: bytes, contentType: contentType ?? ContentType.bytes)
        } else if Value.self == String.self, let text = value as? String {
            self.init(bytes: Array(text.utf8), contentType: contentType ?? ContentType.text)
        } else {
            let own =
                value is any CloudEventEncoding ? ContentType.cloudEvent : ContentType.json
            if let contentType, !ContentType.isJSON(contentType) {
                throw DaprError(
                    .invalidArgument,
                    "a value of type \(Value.self) is sent as JSON, which '\(contentType)' is not",
                    isUnprocessed: true)
            }
            self.init(bytes: try PlainValue.json(of: value), contentType: contentType ?? own)
        }
    }

    init(bytes: [UInt8], contentType: String) {
        self.bytes = bytes
        self.contentType = contentType
    }

    /// Reads what a value of the type was encoded as.
    ///
    /// - Throws: `.malformedResponse` when the bytes are no such value.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8]
    ) throws(DaprError) -> Value {
        if let value = PlainValue.value(type, from: bytes) { return value }
        guard type == String.self else { return try PlainValue.parse(type, json: bytes) }
        guard let text = String(validating: bytes, as: UTF8.self) as? Value else {
            throw DaprError(.malformedResponse, "the content is no text in UTF-8")
        }
        return text
    }
}

/// Media types (RFC 9110, section 8.3.1).
enum ContentType {
    static let json = "application/json"
    static let cloudEvent = "application/cloudevents+json"
    static let text = "text/plain"
    static let bytes = "application/octet-stream"

    /// Type and subtype in lower case, without parameters and the blanks around them.
    static func essence(_ contentType: String) -> String {
        let type = contentType.prefix { $0 != ";" }
        return type.lowercased().filter { $0 != " " && $0 != "\t" }
    }

    /// Whether it is JSON by itself or by its structured suffix (RFC 6839, section 3.1).
    static func isJSON(_ contentType: String) -> Bool {
        let essence = essence(contentType)
        return essence == json || essence.hasSuffix("+json")
    }
}
