import DaprClient
import JSON

extension JSONNode {
    /// The body of a request as one JSON value.
    init(body: [UInt8]) throws(GatewayError) {
        do throws(JSONError) {
            self = try JSONDocument(parsing: body).root
        } catch {
            throw GatewayError(.invalidBody, "the body is not JSON: \(error)")
        }
    }
}

/// The members of a JSON object in a body; what was not asked for at the end is unknown.
struct BodyMembers {
    private let subject: String
    private var nodes: [String: JSONNode] = [:]
    private var known: [String] = []

    /// - Parameter subject: what the object is, for messages.
    init(_ node: JSONNode, of subject: String) throws(GatewayError) {
        self.subject = subject
        guard node.kind == .object else { throw invalid("is not an object") }
        for member in node.members {
            guard nodes.updateValue(member.value, forKey: member.key) == nil else {
                throw invalid("has '\(member.key)' more than once")
            }
        }
    }

    /// An error about this object.
    func invalid(_ message: String) -> GatewayError {
        GatewayError(.invalidBody, "\(subject) \(message)")
    }

    /// Refuses members that nobody asked for.
    func finish() throws(GatewayError) {
        guard let name = nodes.keys.min() else { return }
        let hint = nearest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
        throw invalid("has the unknown member '\(name)'\(hint)")
    }

    // MARK: - Members

    /// A member of any kind; nil when it is missing, as with all of these.
    mutating func node(_ name: String) -> JSONNode? {
        known.append(name)
        return nodes.removeValue(forKey: name)
    }

    mutating func text(_ name: String) throws(GatewayError) -> String? {
        guard let node = node(name) else { return nil }
        guard let text = node.stringValue else { throw invalid("has no text as '\(name)'") }
        return text
    }

    mutating func requiredText(_ name: String) throws(GatewayError) -> String {
        guard let text = try text(name) else { throw invalid("has no '\(name)'") }
        return text
    }

    mutating func flag(_ name: String) throws(GatewayError) -> Bool? {
        guard let node = node(name) else { return nil }
        guard let flag = node.boolValue else {
            throw invalid("has a '\(name)' that is neither true nor false")
        }
        return flag
    }

    mutating func integer(
        _ name: String, in range: ClosedRange<Int>
    ) throws(GatewayError) -> Int? {
        guard let node = node(name) else { return nil }
        guard let number = node.intValue, range.contains(number) else {
            throw invalid(
                "has a '\(name)' that is no whole number from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        return number
    }

    mutating func list(_ name: String) throws(GatewayError) -> [JSONNode]? {
        guard let node = node(name) else { return nil }
        guard node.kind == .array else { throw invalid("has no list as '\(name)'") }
        return Array(node.elements)
    }

    mutating func object(_ name: String) throws(GatewayError) -> JSONNode? {
        guard let node = node(name) else { return nil }
        guard node.kind == .object else { throw invalid("has no object as '\(name)'") }
        return node
    }

    /// An object of texts.
    mutating func texts(_ name: String) throws(GatewayError) -> [String: String] {
        var texts: [String: String] = [:]
        guard let node = try object(name) else { return texts }
        for member in node.members {
            guard let text = member.value.stringValue else {
                throw invalid("has a '\(member.key)' in '\(name)' that is no text")
            }
            texts[member.key] = text
        }
        return texts
    }

    // MARK: - Content

    /// Content in one of its two forms.
    enum Content {
        /// A JSON text, byte for byte.
        case json([UInt8])
        /// What `base64` stands for.
        case bytes([UInt8])

        /// The bytes in either form.
        var bytes: [UInt8] {
            switch self {
            case .json(let bytes), .bytes(let bytes): bytes
            }
        }
    }

    /// The JSON text of a member, or the bytes that `base64` stands for.
    mutating func content(_ name: String) throws(GatewayError) -> Content? {
        let value = node(name)
        let base64 = try text("base64")
        switch (value, base64) {
        case (let value?, nil): return .json(Array(value.text))
        case (nil, let base64?):
            guard let bytes = Base64.decode(base64) else { throw invalid("has bad 'base64'") }
            return .bytes(bytes)
        case (nil, nil): return nil
        case (_?, _?): throw invalid("has both '\(name)' and 'base64'")
        }
    }

    mutating func requiredContent(_ name: String) throws(GatewayError) -> [UInt8] {
        guard let content = try content(name) else {
            throw invalid("has neither '\(name)' nor 'base64'")
        }
        return content.bytes
    }

    // MARK: - Times

    /// A duration as it is written everywhere, more than 0.
    mutating func duration(_ name: String) throws(GatewayError) -> Duration? {
        guard let text = try text(name) else { return nil }
        guard let duration = Duration(withUnit: text), duration > .zero else {
            throw invalid("has the '\(name)' '\(text)'; write it as 30s, 5m or 1h")
        }
        return duration
    }

    /// How long something lives, in whole seconds, rounded up.
    mutating func ttl() throws(GatewayError) -> Int64? {
        try duration("ttl")?.secondsRoundedUp
    }

    /// A duration of Go or ISO 8601, plain seconds, or a point in time, as Dapr reads it.
    mutating func time(_ name: String) throws(GatewayError) -> ScheduleTime? {
        guard let text = try text(name) else { return nil }
        do throws(DaprError) {
            return try ScheduleTime(Self.withUnit(text))
        } catch {
            throw invalid(
                "has the '\(name)' '\(text)', which is neither a duration such as 30s or PT1H nor a "
                    + "time such as 2026-11-24T06:00:00Z")
        }
    }

    /// How often something happens again: a duration as above, or with repetitions `R5/PT10S`.
    mutating func period(_ name: String) throws(GatewayError) -> ActorPeriod? {
        guard let text = try text(name) else { return nil }
        do throws(DaprError) {
            return try ActorPeriod(Self.withUnit(text))
        } catch {
            throw invalid("has the '\(name)' '\(text)'; write it as 10s, PT1H or R5/PT10S")
        }
    }

    /// Plain seconds with the unit that Go wants to see.
    private static func withUnit(_ text: String) -> String {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
        return isNumber ? text + "s" : text
    }

    /// `{"drop":{}}` or `{"constant":{"interval":"2s","maxRetries":3}}`.
    mutating func failurePolicy() throws(GatewayError) -> FailurePolicy? {
        guard let node = try object("failurePolicy") else { return nil }
        var policy = try BodyMembers(node, of: "'failurePolicy'")
        let drop = try policy.object("drop")
        let constant = try policy.object("constant")
        try policy.finish()
        switch (drop, constant) {
        case (_?, nil): return .drop
        case (nil, let constant?):
            var members = try BodyMembers(constant, of: "'failurePolicy'")
            let interval = try members.duration("interval")
            let maxRetries = try members.integer("maxRetries", in: 0...Int(UInt32.max))
            try members.finish()
            guard let interval else { throw members.invalid("has no 'interval'") }
            return .retry(interval: interval, maxRetries: maxRetries.map(UInt32.init))
        default: throw policy.invalid("has either 'drop' or 'constant'")
        }
    }
}
