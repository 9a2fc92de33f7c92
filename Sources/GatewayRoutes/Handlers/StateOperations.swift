import DaprClient
import JSON

// The body of a transaction.
extension StateRoutes {
    /// Reads `[{"op":"upsert","key":"a","value":...},{"op":"delete","key":"b"}]`.
    static func operations(_ content: [UInt8]) throws(GatewayError) -> [StateOperation] {
        try operationList(content) { (members, kind, key) throws(GatewayError) in
            let etag = try members.text("etag").map(ETag.init(rawValue:))
            guard kind == .upsert else { return .delete(StateDeletion(key, etag: etag)) }
            var item = StateItem(key: key, value: try members.requiredContent("value"), etag: etag)
            if let ttl = try members.ttl() { item.metadata[ttlMetadata] = String(ttl) }
            return .upsert(item)
        }
    }

    /// What an operation does.
    enum OperationKind: String {
        case upsert, delete
    }

    /// Reads the operations of a transaction on any kind of state.
    ///
    /// - Parameter make: takes the members beside `op` and `key`.
    static func operationList<Operation>(
        _ content: [UInt8],
        _ make: (inout BodyMembers, OperationKind, String) throws(GatewayError) -> Operation
    ) throws(GatewayError) -> [Operation] {
        let root = try JSONNode(body: content)
        guard root.kind == .array else {
            throw GatewayError(.invalidBody, "the body is not a list of operations")
        }
        var operations: [Operation] = []
        for node in root.elements {
            var members = try BodyMembers(node, of: "operation \(operations.count + 1)")
            let name = try members.text("op")
            let key = try members.requiredText("key")
            try Names.checkKey(key)
            guard let name else { throw members.invalid("has no 'op'") }
            guard let kind = OperationKind(rawValue: name) else {
                throw members.invalid("has the 'op' '\(name)'; it is upsert or delete")
            }
            operations.append(try make(&members, kind, key))
            try members.finish()
        }
        guard !operations.isEmpty else {
            throw GatewayError(.invalidBody, "the list of operations is empty")
        }
        return operations
    }
}
