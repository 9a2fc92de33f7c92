import DaprProtos
import FoundationEssentials
import JSON
import SwiftProtobuf

extension Dapr_Proto_Runtime_V1_TopicEventRequest {
    /// What a streaming subscription gets of an event (dapr/grpc-api.md section 7).
    ///
    /// - Parameters:
    ///   - event: a CloudEvent.
    ///   - topic: that of the subscription.
    init(_ event: JSONObject, pubsub: String, topic: String) throws {
        self.init()
        self.topic = topic
        pubsubName = pubsub
        path = "/"
        var rest = Google_Protobuf_Struct()
        for member in event.members {
            switch member.key {
            case "id": id = member.value.stringValue ?? ""
            case "source": source = member.value.stringValue ?? ""
            case "type": type = member.value.stringValue ?? ""
            case "specversion": specVersion = member.value.stringValue ?? ""
            case "datacontenttype": dataContentType = member.value.stringValue ?? ""
            case "data", "data_base64": continue
            default: rest.fields[member.key] = Google_Protobuf_Value(member.value)
            }
        }
        extensions = rest
        data = Data(try Self.data(of: event))
    }

    /// The data as bytes; of a content type that is neither text nor JSON there are none.
    private static func data(of event: JSONObject) throws -> [UInt8] {
        if let base64 = event["data_base64"]?.stringValue { return Base64.decode(base64) ?? [] }
        guard let data = event["data"], !data.isNull else { return [] }
        let type = event["datacontenttype"]?.stringValue ?? ""
        if CloudEvent.isType(type, "application/json")
            || CloudEvent.isType(type, "application/cloudevents+json")
        {
            return try data.asGoDecoded.serialized(options: .go)
        }
        guard type.lowercased().hasPrefix("text/") || CloudEvent.isType(type, "application/xml")
        else { return [] }
        return Array((data.stringValue ?? "").utf8)
    }
}

extension Google_Protobuf_Value {
    fileprivate init(_ value: JSONValue) {
        switch value {
        case .null: self.init(kind: .nullValue(.nullValue))
        case .bool(let bool): self.init(boolValue: bool)
        case .number(let number): self.init(numberValue: number.double)
        case .string(let text): self.init(stringValue: text)
        case .array(let elements):
            var list = Google_Protobuf_ListValue()
            list.values = elements.map(Google_Protobuf_Value.init)
            self.init(listValue: list)
        case .object(let object):
            var fields = Google_Protobuf_Struct()
            for member in object.members {
                fields.fields[member.key] = Google_Protobuf_Value(member.value)
            }
            self.init(structValue: fields)
        }
    }

    private init(kind: OneOf_Kind) {
        self.init()
        self.kind = kind
    }
}
