import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

/// `/v1/query/{store}`: values by what is in them (Dapr's state query API).
enum StateQueryRoutes {
    static let routes = [
        Route(
            .only(.post), "/v1/query/{store}", query: .known([.timeout, .metadata]), body: .buffer,
            summary: "finds values by the fields of their JSON",
            example: #"-d '{"filter":{"EQ":{"state":"CA"}}}' URL/v1/query/querystore"#,
            handler: .deferred(find))
    ]

    @Sendable
    private static func find(_ context: RequestContext) async throws(GatewayError) -> Response {
        let store = try context.component("store", default: \.state)
        let query = try checkedQuery(context.content)
        let result = try await context.call { dapr, options throws(DaprError) in
            try await dapr.queryState(
                store: store, query: query, metadata: context.query.metadata, options: options)
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("results")
        writer.beginArray()
        for item in result.items {
            writer.beginObject()
            writer.key("key")
            writer.string(item.key)
            writer.members(of: item)
            writer.endObject()
        }
        writer.endArray()
        writer.key("token")
        if let token = result.token { writer.string(token) } else { writer.null() }
        if !result.metadata.isEmpty {
            writer.key("metadata")
            writer.value(.object(sorted: result.metadata))
        }
        writer.endObject()
        return .json(writer.bytes)
    }

    // MARK: - The query

    /// The query for the sidecar: what a store would put into its own query language unescaped, names
    /// of fields and directions, is checked; operators and values are the sidecar's to judge.
    private static func checkedQuery(_ content: [UInt8]) throws(GatewayError) -> [UInt8] {
        var members = try BodyMembers(JSONNode(body: content), of: "the query")
        var writer = JSONWriter()
        writer.beginObject()
        if let filter = try members.object("filter") {
            try check(filter)
            writer.key("filter")
            writer.raw(filter.text)
        }
        if let sort = try members.list("sort") {
            writer.key("sort")
            writer.beginArray()
            for (index, node) in sort.enumerated() {
                try writeSort(BodyMembers(node, of: "part \(index + 1) of 'sort'"), to: &writer)
            }
            writer.endArray()
        }
        if let page = try members.object("page") {
            writer.key("page")
            try writePage(BodyMembers(page, of: "'page'"), to: &writer)
        }
        try members.finish()
        writer.endObject()
        return writer.bytes
    }

    private static func check(_ filter: JSONNode) throws(GatewayError) {
        for member in filter.members {
            switch member.value.kind {
            // AND, OR and what may come to be like them.
            case .array:
                for element in member.value.elements where element.kind == .object {
                    try check(element)
                }
            case .object:
                for field in member.value.members { try checkField(field.key) }
            default: break
            }
        }
    }

    private static func checkField(_ name: String) throws(GatewayError) {
        guard StateField.isValid(name) else {
            throw GatewayError(.invalidBody, "'\(name)' cannot be the name of a field")
        }
    }

    private static func writeSort(
        _ sort: BodyMembers, to writer: inout JSONWriter
    ) throws(GatewayError) {
        var sort = sort
        let key = try sort.requiredText("key")
        try checkField(key)
        let order = try sort.text("order") ?? "ASC"
        try sort.finish()
        let direction = order.uppercased()
        guard ["ASC", "DESC"].contains(direction) else {
            throw sort.invalid("has the 'order' '\(order)'; it is ASC or DESC")
        }
        writer.beginObject()
        writer.key("key")
        writer.string(key)
        writer.key("order")
        writer.string(direction)
        writer.endObject()
    }

    private static func writePage(
        _ page: BodyMembers, to writer: inout JSONWriter
    ) throws(GatewayError) {
        var page = page
        writer.beginObject()
        if let limit = try page.integer("limit", in: 1...Int(Int32.max)) {
            writer.key("limit")
            writer.int(limit)
        }
        if let node = page.node("token"), node.kind != .null {
            // The token of a last page is null, and means the first one.
            guard let token = node.stringValue else {
                throw page.invalid("has a 'token' that is neither a text nor null")
            }
            writer.key("token")
            writer.string(token)
        }
        try page.finish()
        writer.endObject()
    }
}
