import JSON

/// A subscription of the sidecar's app.
struct Subscription {
    var pubsub: String
    var topic: String
    var metadata: [String: String]
    /// The rules in order, then the route for everything else.
    var rules: [SubscriptionInfo.Rule]
    var deadLetterTopic: String

    /// Reads what an app answers to `/dapr/subscribe`; nil for an entry without a topic.
    init?(_ value: JSONValue) {
        guard let pubsub = value["pubsubname"]?.stringValue, let topic = value["topic"]?.stringValue
        else { return nil }
        self.pubsub = pubsub
        self.topic = topic
        metadata = [:]
        for member in value["metadata"]?.objectValue?.members ?? [] {
            metadata[member.key] = member.value.stringValue
        }
        rules = (value["routes"]?["rules"]?.arrayValue ?? []).map { rule in
            SubscriptionInfo.Rule(
                match: rule["match"]?.stringValue ?? "", path: rule["path"]?.stringValue ?? "")
        }
        if let route = (value["route"] ?? value["routes"]?["default"])?.stringValue {
            rules.append(SubscriptionInfo.Rule(match: "", path: route))
        }
        deadLetterTopic = value["deadLetterTopic"]?.stringValue ?? ""
    }

    var isRaw: Bool { metadata["rawPayload"] == "true" }

    /// Where an event goes.
    func path(for event: JSONValue) -> String? {
        rules.first { Self.matches($0.match, event) }?.path
    }

    /// Of the rule language only `event.ATTRIBUTE == "VALUE"`; any other rule never matches.
    private static func matches(_ rule: String, _ event: JSONValue) -> Bool {
        guard !rule.isEmpty else { return true }
        let words = rule.split(separator: " ", maxSplits: 2)
        guard words.count == 3, words[0].hasPrefix("event."), words[1] == "==",
            let value = event[String(words[0].dropFirst("event.".count))]?.stringValue
        else { return false }
        return words[2] == "\"\(value)\""
    }

    /// As the metadata API lists it.
    var info: SubscriptionInfo {
        SubscriptionInfo(
            pubsubName: pubsub, topic: topic, metadata: metadata, rules: rules,
            deadLetterTopic: deadLetterTopic, type: "PROGRAMMATIC")
    }
}
