import DaprProtos
import HTTPMessage
import HTTPTypes
import JSON
import SwiftProtobuf

extension PubSubBlock {
    /// One of many events.
    struct Entry {
        var id: String
        var data: [UInt8]
        var contentType: String
        var metadata: [String: String]
    }

    /// Publishes many events at once, over gRPC.
    func publishBulk(
        _ message: Dapr_Proto_Runtime_V1_BulkPublishRequest, _ trace: TraceContext,
        _ handover: Handover
    ) throws(SidecarError) {
        try check(
            pubsub: message.pubsubName, topic: message.topic, metadata: message.metadata)
        let entries = message.entries.map { entry in
            Entry(
                id: entry.entryID, data: Array(entry.event), contentType: entry.contentType,
                metadata: entry.metadata)
        }
        try publish(
            entries,
            PublishRequest(
                pubsub: message.pubsubName, topic: message.topic, data: [], contentType: "",
                metadata: message.metadata, trace: trace), handover)
    }

    /// Publishes many events at once, over HTTP.
    func publishBulk(_ request: SidecarRequest, _ handover: Handover) throws(SidecarError) {
        let publish = PublishRequest(
            pubsub: request.parameters[0], topic: request.parameters[1], data: [],
            contentType: "", metadata: request.queryMetadata, trace: request.trace)
        try check(pubsub: publish.pubsub, topic: publish.topic, metadata: publish.metadata)
        try self.publish(try entries(of: request, publish), publish, handover)
    }

    private func publish(
        _ entries: [Entry], _ request: PublishRequest, _ handover: Handover
    ) throws(SidecarError) {
        let isRaw: Bool
        do throws(BadRawPayload) {
            isRaw = try request.isRaw()
        } catch {
            throw .badRawPayload(error.value, request)
        }
        var ids: Set<String> = []
        for entry in entries where entry.id.isEmpty || !ids.insert(entry.id).inserted {
            throw .bulk(
                .marshalEvents,
                "error marshaling events to bytes for topic \(request.topic)"
                    + " pubsub \(request.pubsub). error: \(Self.badEntryID)", request,
                ["appID": context.appID, "error": Self.badEntryID])
        }
        // All events are made before the first is published.
        var events: [PublishedEvent] = []
        for entry in entries {
            var single = request
            single.data = entry.data
            single.contentType = entry.contentType
            single.metadata.merge(entry.metadata) { _, own in own }
            events.append(
                PublishedEvent(
                    pubsub: request.pubsub, topic: request.topic,
                    content: isRaw ? entry.data : try envelope(single), metadata: entry.metadata))
        }
        for event in events { broker.publish(event, handover) }
    }

    private static let badEntryID = "entryId is duplicated or not present for entry"

    // MARK: - The JSON of HTTP

    private func entries(
        of request: SidecarRequest, _ publish: PublishRequest
    ) throws(SidecarError) -> [Entry] {
        do throws(EntryError) {
            if let reason = request.bodyError { throw .unreadable(reason) }
            guard !request.body.isEmpty else { throw .unreadable("EOF") }
            let value: JSONValue
            do throws(JSONError) {
                value = try JSONValue.parse(request.body, options: .go)
            } catch {
                throw .unreadable(
                    error.kind == .unexpectedEnd ? "unexpected EOF" : error.goMessage)
            }
            guard let list = value.arrayValue else {
                throw .unreadable(
                    "json: cannot unmarshal \(value.goKind) into Go value of type"
                        + " []http.bulkPublishMessageEntry")
            }
            var entries: [Entry] = []
            for element in list { entries.append(try Self.entry(element)) }
            return entries
        } catch {
            throw bulkError(error, publish)
        }
    }

    private func bulkError(_ error: EntryError, _ request: PublishRequest) -> SidecarError {
        let place = "topic \(request.topic) pubsub \(request.pubsub)"
        switch error {
        case .unreadable(let reason):
            return .bulk(
                .unmarshalEvents, "error when unmarshaling the request for \(place): \(reason)",
                request, ["appID": context.appID])
        case .unfit(let reason):
            return .bulk(
                .marshalEnvelope,
                "error when marshalling cloud event envelope for \(place): \(reason)", request,
                ["appID": context.appID, "error": reason])
        }
    }

    private static func entry(_ value: JSONValue) throws(EntryError) -> Entry {
        let id = try text(value, "entryId")
        let contentType = try text(value, "contentType")
        var metadata: [String: String] = [:]
        for member in value["metadata"]?.objectValue?.members ?? [] {
            guard let text = member.value.stringValue else {
                throw .wrongKind(member.value, field: "metadata")
            }
            metadata[member.key] = text
        }
        let data = try data(of: value["event"] ?? .null, contentType)
        return Entry(id: id, data: data, contentType: contentType, metadata: metadata)
    }

    private static func text(_ entry: JSONValue, _ field: String) throws(EntryError) -> String {
        guard let value = entry[field], !value.isNull else { return "" }
        guard let text = value.stringValue else { throw .wrongKind(value, field: field) }
        return text
    }

    private static func data(
        of event: JSONValue, _ type: String
    ) throws(EntryError) -> [UInt8] {
        if CloudEvent.isType(type, "application/json")
            || CloudEvent.isType(type, "application/cloudevents+json")
        {
            do throws(GoNumberRangeError) {
                return try event.asGoDecoded.serialized(options: .go)
            } catch {
                throw .unreadable(error.description)
            }
        }
        guard let text = event.stringValue, !type.isEmpty else {
            throw .unfit("error: mismatch between contentType and event")
        }
        guard CloudEvent.isType(type, "application/octet-stream") else { return Array(text.utf8) }
        guard let data = Base64.decode(text, padding: .required) else {
            throw .unfit(
                "error: unable to decode base64 application/octect-stream data: illegal base64"
                    + " data at input byte \(firstFault(text))")
        }
        return data
    }

    /// Where Go's decoder stops.
    private static func firstFault(_ text: String) -> Int {
        for (position, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                continue
            default: return position
            }
        }
        return text.utf8.count
    }
}

/// What is wrong with an entry.
private enum EntryError: Error {
    /// It is no entry.
    case unreadable(String)
    /// Its event is not of its content type.
    case unfit(String)

    static func wrongKind(_ value: JSONValue, field: String) -> EntryError {
        .unreadable(
            "json: cannot unmarshal \(value.goKind) into Go struct field"
                + " bulkPublishMessageEntry.\(field) of type string")
    }
}
