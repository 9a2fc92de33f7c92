import DaprClient
import JSON

// The body of a transaction.
extension StateRoutes {
    /// Reads `[{"op":"upsert","key":"a","value":...},{"op":"delete","key":"b"}]`.
    static func operations(_ content: [UInt8]) throws(GatewayError) -> [StateOperation] {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: content)
        } catch {
            throw GatewayError(.invalidBody, "the body is not JSON: \(error)")
        }
        guard document.root.kind == .array else {
            throw GatewayError(.invalidBody, "the body is not a list of operations")
        }
        var operations: [StateOperation] = []
        for node in document.root.elements {
            var members = try Members(node, number: operations.count + 1)
            operations.append(try members.operation())
        }
        guard !operations.isEmpty else {
            throw GatewayError(.invalidBody, "the list of operations is empty")
        }
        return operations
    }
}

extension Schema {
    /// One operation of a transaction.
    static let stateOperation = named(
        "StateOperation",
        .either(
            .object(
                .required("op", .choice(["upsert"])), .required("key", .string),
                .required("value", .anything), .optional("etag", .string),
                .optional("ttl", .duration)),
            .object(
                .required("op", .choice(["upsert"])), .required("key", .string),
                .required("base64", .base64), .optional("etag", .string),
                .optional("ttl", .duration)),
            .object(
                .required("op", .choice(["delete"])), .required("key", .string),
                .optional("etag", .string))))
}

/// The members of one operation; what was not asked for at the end is unknown.
private struct Members {
    private let number: Int
    private var nodes: [String: JSONNode] = [:]

    init(_ node: JSONNode, number: Int) throws(GatewayError) {
        self.number = number
        guard node.kind == .object else { throw invalid("is not an object") }
        for member in node.members {
            guard nodes.updateValue(member.value, forKey: member.key) == nil else {
                throw invalid("has '\(member.key)' more than once")
            }
        }
    }

    private func invalid(_ message: String) -> GatewayError {
        GatewayError(.invalidBody, "operation \(number) \(message)")
    }

    private mutating func text(_ name: String) throws(GatewayError) -> String? {
        guard let node = nodes.removeValue(forKey: name) else { return nil }
        guard let text = node.stringValue else { throw invalid("has no text as '\(name)'") }
        return text
    }

    mutating func operation() throws(GatewayError) -> StateOperation {
        let kind = try text("op")
        guard let key = try text("key") else { throw invalid("has no 'key'") }
        try Names.checkKey(key)
        let etag = try text("etag").map(ETag.init(rawValue:))
        switch kind {
        case "upsert":
            var item = StateItem(key: key, value: try value(), etag: etag)
            if let ttl = try ttl() { item.metadata[ttlMetadata] = ttl }
            try refuseTheRest(["op", "key", "value", "base64", "etag", "ttl"])
            return .upsert(item)
        case "delete":
            try refuseTheRest(["op", "key", "etag"])
            return .delete(StateDeletion(key, etag: etag))
        case nil: throw invalid("has no 'op'")
        case let kind?: throw invalid("has the 'op' '\(kind)'; it is upsert or delete")
        }
    }

    /// The JSON text of `value`, byte for byte, or the bytes that `base64` stands for.
    private mutating func value() throws(GatewayError) -> [UInt8] {
        let value = nodes.removeValue(forKey: "value")
        let base64 = try text("base64")
        switch (value, base64) {
        case (let value?, nil): return Array(value.text)
        case (nil, let base64?):
            guard let bytes = Base64.decode(base64) else { throw invalid("has bad 'base64'") }
            return bytes
        case (nil, nil): throw invalid("has neither 'value' nor 'base64'")
        case (_?, _?): throw invalid("has both 'value' and 'base64'")
        }
    }

    private mutating func ttl() throws(GatewayError) -> String? {
        guard let text = try text("ttl") else { return nil }
        guard let ttl = Duration(withUnit: text), ttl > .zero else {
            throw invalid("has the 'ttl' '\(text)'; write it as 30s, 5m or 1h")
        }
        return String(ttl.secondsRoundedUp)
    }

    private func refuseTheRest(_ known: [String]) throws(GatewayError) {
        guard let name = nodes.keys.min() else { return }
        let hint = nearest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
        throw invalid("has the unknown member '\(name)'\(hint)")
    }
}
