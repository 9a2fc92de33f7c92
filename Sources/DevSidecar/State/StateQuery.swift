import JSON

/// A query of a state store, as daprd reads it.
struct StateQuery {
    indirect enum Filter {
        /// EQ, NEQ, GT, GTE, LT, LTE with the text of the value.
        case comparison(String, field: String, value: String)
        case oneOf(field: String, values: [String])
        case all([Filter])
        case any([Filter])
    }

    var filter: Filter?
    /// Field and direction, as they came.
    var order: [(field: String, direction: String)] = []
    /// At most so many; 0 and less for all.
    var limit = 0
    var token = ""

    /// Reads a query.
    ///
    /// - Throws: what daprd says about one that it cannot read.
    init(_ text: [UInt8]) throws(GoJSONFault) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(
                text, options: JSONParsingOptions(maximumDepth: 1000, invalidUTF8: .replace))
        } catch {
            throw GoJSONFault(text: error.goMessage)
        }
        let fields = try GoStruct(value, name: "QueryFields", fullName: "query.QueryFields")
        for element in try fields.array("sort", of: "query.Sorting") {
            let sorting = try GoStruct(element, name: "Sorting", fullName: "query.Sorting")
            order.append((try sorting.string("key") ?? "", try sorting.string("order") ?? ""))
        }
        if let page = fields.value("page") {
            let page = try GoStruct(page, name: "QueryFields.page", fullName: "query.Pagination")
            if let limit = page.value("limit") {
                guard let number = limit.intValue else {
                    throw page.mismatch(limit, "limit", "int")
                }
                self.limit = number
            }
            token = try page.string("token") ?? ""
        }
        guard let filter = fields.value("filter") else { return }
        guard let members = filter.objectValue?.members else {
            throw fields.mismatch(filter, "filter", "map[string]interface {}")
        }
        if !members.isEmpty { self.filter = try Self.filter(filter) }
    }

    private static func filter(_ value: JSONValue) throws(GoJSONFault) -> Filter {
        guard let members = value.objectValue?.members else {
            throw GoJSONFault(text: "filter unit must be a map")
        }
        guard let member = members.first, members.count == 1 else {
            throw GoJSONFault(text: "filter unit must have a single element")
        }
        let name = member.key
        switch name {
        case "EQ", "NEQ", "GT", "GTE", "LT", "LTE":
            let (field, value) = try pair(member.value, name)
            return .comparison(name, field: field, value: GoText.value(value))
        case "IN":
            let (field, value) = try pair(member.value, name)
            guard let values = value.arrayValue else {
                throw GoJSONFault(text: "IN filter value must be an array")
            }
            return .oneOf(field: field, values: values.map(GoText.value))
        case "AND": return .all(try filters(member.value, name))
        case "OR": return .any(try filters(member.value, name))
        default: throw GoJSONFault(text: "unsupported filter \"\(name)\"")
        }
    }

    private static func pair(
        _ value: JSONValue, _ name: String
    ) throws(GoJSONFault) -> (String, JSONValue) {
        guard let members = value.objectValue?.members else {
            throw GoJSONFault(text: "\(name) filter must be a map")
        }
        guard let member = members.first, members.count == 1 else {
            throw GoJSONFault(text: "\(name) filter must contain a single key/value pair")
        }
        return (member.key, member.value)
    }

    private static func filters(
        _ value: JSONValue, _ name: String
    ) throws(GoJSONFault) -> [Filter] {
        guard let elements = value.arrayValue else {
            throw GoJSONFault(text: "\(name) filter must be an array")
        }
        guard elements.count > 1 else {
            throw GoJSONFault(text: "\(name) filter must contain at least two entries")
        }
        var filters: [Filter] = []
        for element in elements { filters.append(try filter(element)) }
        return filters
    }
}
