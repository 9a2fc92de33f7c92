import DaprClient
import JSON

extension PulledMessage {
    /// The message with its event, as CloudEvents has it in JSON (CloudEvents JSON format 1.0).
    var json: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.string(id)
        writer.key("attempt")
        writer.int(attempt)
        writer.key("event")
        writer.event(message)
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func event(_ event: TopicMessage) {
        beginObject()
        member("specversion", event.specVersion)
        member("id", event.id)
        member("source", event.source)
        member("type", event.type)
        member("pubsubname", event.pubsub)
        member("topic", event.topic)
        member("datacontenttype", event.contentType)
        for (name, value) in event.attributes.sorted(by: { $0.key < $1.key })
        where !Self.written.contains(name) {
            member(name, value)
        }
        data(event)
        endObject()
    }

    private static let written: Set<String> = [
        "specversion", "id", "source", "type", "pubsubname", "topic", "datacontenttype", "data",
        "data_base64",
    ]

    private mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// JSON stands as it is, a text as a string, anything else as Base64.
    private mutating func data(_ event: TopicMessage) {
        let type = ContentType.essence(event.contentType)
        if type == ContentType.json || type.hasSuffix("+json"), isValidJSON(event.data) {
            key("data")
            raw(event.data)
        } else if let text = event.text {
            member("data", text)
        } else {
            member("data_base64", Base64.encode(event.data))
        }
    }
}
