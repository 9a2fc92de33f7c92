import JSON

/// CloudEvents (version 1.0, JSON format), as the sidecar makes and completes them.
struct CloudEvent {
    private(set) var attributes: [String: JSONValue]

    /// Wraps data.
    ///
    /// - Parameters:
    ///   - source: the app that publishes.
    ///   - time: now, in RFC 3339.
    init(wrapping request: PublishRequest, source: String, time: String) {
        let type = request.contentType.isEmpty ? "text/plain" : request.contentType
        attributes = [
            "specversion": "1.0", "id": .string(RandomUUID.make()), "source": .string(source),
            "type": .string(Self.defaultType), "datacontenttype": .string(type),
            "time": .string(time),
        ]
        if Self.isType(type, "application/octet-stream") {
            attributes["data_base64"] = .string(Base64.encode(request.data))
        } else {
            attributes["data"] = Self.data(request.data, type)
        }
        complete(request)
    }

    /// Takes an event as it is and adds what it lacks.
    ///
    /// - Throws: what Go says about data that is no JSON object.
    init(completing request: PublishRequest, time: String) throws(CloudEventError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(request.data, options: .go)
        } catch {
            throw CloudEventError(text: error.goMessage)
        }
        guard let object = value.objectValue else {
            throw CloudEventError(
                text: "json: cannot unmarshal \(value.goKind) into Go value of type"
                    + " map[string]interface {}")
        }
        attributes = Dictionary(
            object.members.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
        let defaults: [String: JSONValue] = [
            "specversion": "1.0", "source": "Dapr", "type": .string(Self.defaultType),
            "time": .string(time),
        ]
        attributes.merge(defaults) { own, _ in own }
        complete(request)
    }

    /// What a subscription for raw data makes of an event that is no CloudEvent.
    init(wrappingRaw event: PublishedEvent) {
        attributes = [
            "specversion": "1.0", "id": .string(RandomUUID.make()), "source": "Dapr",
            "type": .string(Self.defaultType), "datacontenttype": "application/octet-stream",
            "topic": .string(event.topic), "pubsubname": .string(event.pubsub),
            "data_base64": .string(Base64.encode(event.content)),
        ]
        if let trace = event.metadata["traceid"] {
            attributes["traceid"] = .string(trace)
            attributes["tracestate"] = ""
        }
    }

    static let defaultType = "com.dapr.event.sent"

    private static func data(_ bytes: [UInt8], _ type: String) -> JSONValue {
        if isType(type, "application/json") {
            do throws(JSONError) {
                return try JSONValue.parse(bytes, options: .go)
            } catch {
                // Not JSON after all: as text.
            }
        }
        return .string(String(decoding: bytes, as: UTF8.self))
    }

    /// Sets where the event was published and what the publisher asked for.
    private mutating func complete(_ request: PublishRequest) {
        let isTraced = request.trace.traceparent != TraceContext.none.traceparent
        var traceparent = isTraced ? request.trace.traceparent : ""
        var tracestate = request.trace.tracestate
        for attribute in ["id", "type", "source", "subject"] {
            if let value = request.metadata["cloudevent." + attribute] {
                attributes[attribute] = .string(value)
            }
        }
        traceparent = request.metadata["cloudevent.traceparent"] ?? traceparent
        tracestate = request.metadata["cloudevent.tracestate"] ?? tracestate
        attributes["traceid"] = .string(traceparent)
        attributes["traceparent"] = .string(traceparent)
        attributes["tracestate"] = .string(tracestate)
        attributes["topic"] = .string(request.topic)
        attributes["pubsubname"] = .string(request.pubsub)
    }

    /// Sets when the event becomes worthless.
    mutating func expire(at time: String) {
        attributes["expiration"] = .string(time)
    }

    /// The event as JSON, keys sorted.
    var bytes: [UInt8] {
        JSONValue.object(
            JSONObject(attributes.map { JSONObject.Member(key: $0, value: $1) })
        ).serialized(options: .go)
    }

    /// Whether a content type is another one, parameters aside.
    static func isType(_ type: String, _ expected: String) -> Bool {
        let name = type.split(separator: ";", omittingEmptySubsequences: false)[0]
        return name.lowercased().filter { $0 != " " } == expected
    }
}

/// Why data is no CloudEvent.
struct CloudEventError: Error {
    var text: String
}

extension JSONParsingOptions {
    /// What Go accepts.
    static let go = JSONParsingOptions(invalidUTF8: .replace)
}

extension JSONValue {
    /// The kind in the words of Go's `encoding/json`.
    var goKind: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
