import JSON

/// An event with its attributes (CloudEvents 1.0, JSON format), published as
/// `application/cloudevents+json` and taken by the sidecar as it is.
public struct CloudEvent<Content: Sendable>: Sendable {
    /// Identifies the event, together with `source`.
    public var id: String
    /// Where it comes from, a URI reference.
    public var source: String
    /// What has happened, such as `com.example.order.paid`.
    public var type: String
    /// The version of the specification.
    public var specVersion = "1.0"
    /// What it is about, inside the source.
    public var subject: String?
    /// When it happened, in RFC 3339.
    public var time: String?
    /// What `content` is; nil means JSON.
    public var contentType: String?
    /// The schema of `content`, a URI.
    public var schema: String?
    /// Further attributes, such as `traceparent`; names are lower-case letters and digits.
    public var extensions: [String: String]
    /// The `data` of the event; bytes travel as `data_base64`.
    public var content: Content?

    /// An event. What the sidecar adds where it is missing are `time` and the trace's attributes.
    public init(
        id: String, source: String, type: String, subject: String? = nil, time: String? = nil,
        contentType: String? = nil, schema: String? = nil, extensions: [String: String] = [:],
        content: Content? = nil
    ) {
        self.id = id
        self.source = source
        self.type = type
        self.subject = subject
        self.time = time
        self.contentType = contentType
        self.schema = schema
        self.extensions = extensions
        self.content = content
    }
}

extension CloudEvent: Equatable where Content: Equatable {}
extension CloudEvent: Hashable where Content: Hashable {}

/// What is published as a CloudEvent.
protocol CloudEventEncoding {}

extension CloudEvent: CloudEventEncoding where Content: Encodable {}

// MARK: - JSON

/// The name of an attribute.
private struct Attribute: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }

    static let id = Attribute(stringValue: "id")
    static let source = Attribute(stringValue: "source")
    static let type = Attribute(stringValue: "type")
    static let specVersion = Attribute(stringValue: "specversion")
    static let subject = Attribute(stringValue: "subject")
    static let time = Attribute(stringValue: "time")
    static let contentType = Attribute(stringValue: "datacontenttype")
    static let schema = Attribute(stringValue: "dataschema")
    static let data = Attribute(stringValue: "data")
    static let binary = Attribute(stringValue: "data_base64")

    static let all: Set<String> = Set(
        [id, source, type, specVersion, subject, time, contentType, schema, data, binary]
            .map(\.stringValue))
}

extension CloudEvent: Encodable where Content: Encodable {
    /// Writes the event in the JSON format.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Attribute.self)
        for (name, value) in extensions where !Attribute.all.contains(name) {
            try container.encode(value, forKey: Attribute(stringValue: name))
        }
        try container.encode(id, forKey: .id)
        try container.encode(source, forKey: .source)
        try container.encode(type, forKey: .type)
        try container.encode(specVersion, forKey: .specVersion)
        try container.encodeIfPresent(subject, forKey: .subject)
        try container.encodeIfPresent(time, forKey: .time)
        try container.encodeIfPresent(contentType, forKey: .contentType)
        try container.encodeIfPresent(schema, forKey: .schema)
        guard let content else { return }
        if let bytes = PlainValue.bytes(of: content) {
            try container.encode(Base64.encode(bytes), forKey: .binary)
        } else {
            try container.encode(content, forKey: .data)
        }
    }
}

extension CloudEvent: Decodable where Content: Decodable {
    /// Reads an event in the JSON format; further attributes that are no texts are left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Attribute.self)
        func text(_ attribute: Attribute) throws -> String? {
            try container.decodeIfPresent(String.self, forKey: attribute)
        }
        self.init(
            id: try text(.id) ?? "", source: try text(.source) ?? "",
            type: try text(.type) ?? "", subject: try text(.subject), time: try text(.time),
            contentType: try text(.contentType), schema: try text(.schema))
        specVersion = try text(.specVersion) ?? specVersion
        for name in container.allKeys where !Attribute.all.contains(name.stringValue) {
            extensions[name.stringValue] = try? container.decode(String.self, forKey: name)
        }
        if let base64 = try text(.binary) {
            guard let bytes = Base64.decode(base64.utf8) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .binary, in: container, debugDescription: "this is no Base64")
            }
            content = try Payload.decode(Content.self, from: bytes)
        } else {
            content = try container.decodeIfPresent(Content.self, forKey: .data)
        }
    }
}
