import JSON

extension StateQuery {
    /// The query as the sidecar reads it.
    ///
    /// - Throws: `.invalidArgument` for a field or value that no store takes.
    func json() throws(DaprError) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if let filter {
            writer.key("filter")
            try writer.write(filter)
        }
        if !order.isEmpty {
            writer.key("sort")
            writer.beginArray()
            for order in order {
                writer.beginObject()
                writer.key("key")
                writer.string(try Self.checked(order.field))
                if order.isDescending {
                    writer.key("order")
                    writer.string("DESC")
                }
                writer.endObject()
            }
            writer.endArray()
        }
        try writePage(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private func writePage(to writer: inout JSONWriter) throws(DaprError) {
        guard limit != nil || token != nil else { return }
        writer.key("page")
        writer.beginObject()
        if let limit {
            guard limit > 0 else { throw .badQuery("a limit of \(limit) is not positive") }
            writer.key("limit")
            writer.int(limit)
        }
        if let token {
            writer.key("token")
            writer.string(token)
        }
        writer.endObject()
    }

    fileprivate static func checked(_ field: String) throws(DaprError) -> String {
        guard StateField.isValid(field) else {
            throw .badQuery("'\(field)' cannot be the name of a field")
        }
        return field
    }
}

extension StateField {
    /// Whether a text can be a field's path. daprd puts it into the database's own query as it is, so
    /// that a quote in it would end in a syntax error, or worse (observed/SURPRISES.md).
    public static func isValid(_ path: String) -> Bool {
        !path.isEmpty
            && path.unicodeScalars.allSatisfy { scalar in
                scalar.value >= 0x20 && scalar.value != 0x7f
                    && !"'\"`\\;".unicodeScalars.contains(scalar)
            }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ filter: StateFilter) throws(DaprError) {
        switch filter {
        case .comparison(let comparison, let field, let value):
            beginObject()
            key(comparison.rawValue)
            beginObject()
            key(try StateQuery.checked(field))
            try write(value)
            endObject()
            endObject()
        case .oneOf(let field, let values):
            guard !values.isEmpty else { throw .badQuery("a field cannot be one of no values") }
            beginObject()
            key("IN")
            beginObject()
            key(try StateQuery.checked(field))
            beginArray()
            for value in values { try write(value) }
            endArray()
            endObject()
            endObject()
        case .all(let filters): try write(filters, as: "AND")
        case .any(let filters): try write(filters, as: "OR")
        }
    }

    private mutating func write(_ filters: [StateFilter], as name: String) throws(DaprError) {
        guard let first = filters.first else { throw .badQuery("an \(name) of no filters") }
        // The sidecar wants two at least.
        guard filters.count > 1 else { return try write(first) }
        beginObject()
        key(name)
        beginArray()
        for filter in filters { try write(filter) }
        endArray()
        endObject()
    }

    private mutating func write(_ value: StateFilter.Value) throws(DaprError) {
        switch value {
        case .string(let text): string(text)
        case .int(let number): int(number)
        case .double(let number):
            guard let number = JSONNumber(number) else {
                throw .badQuery("\(number) is no number of JSON")
            }
            self.value(.number(number))
        case .bool(let truth): bool(truth)
        case .null: null()
        }
    }
}

extension DaprError {
    fileprivate static func badQuery(_ message: String) -> DaprError {
        DaprError(.invalidArgument, message, isUnprocessed: true)
    }
}
