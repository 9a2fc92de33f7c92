import DaprProtos

/// An event to publish, whichever API brought it.
struct PublishRequest {
    var pubsub: String
    var topic: String
    var data: [UInt8]
    /// Empty for the default, `text/plain`.
    var contentType: String
    var metadata: [String: String]
    var trace: TraceContext

    /// Whether the data is published without an envelope.
    ///
    /// - Throws: the value that is no boolean.
    func isRaw() throws(BadRawPayload) -> Bool {
        guard let value = metadata["rawPayload"] else { return false }
        if Self.isTrue(value) { return true }
        switch value {
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: throw BadRawPayload(value: value)
        }
    }

    /// What Go takes for true.
    static func isTrue(_ text: String?) -> Bool {
        ["1", "t", "T", "true", "TRUE", "True"].contains(text)
    }

    /// The seconds after which the event is worthless; a text that is no such number is ignored.
    var timeToLive: Int? {
        guard let seconds = metadata["ttlInSeconds"].flatMap({ Int($0) }), seconds >= 0 else {
            return nil
        }
        return seconds
    }
}

/// A `rawPayload` that is no boolean.
struct BadRawPayload: Error {
    var value: String
}

/// An event on its way to subscribers.
struct PublishedEvent {
    var pubsub: String
    var topic: String
    /// A CloudEvent, or whatever was published raw.
    var content: [UInt8]
    /// What the app gets as header fields too.
    var metadata: [String: String]
}
