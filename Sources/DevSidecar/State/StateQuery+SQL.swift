import JSON

/// What a query found.
struct StateQueryResult {
    var items: [(key: String, entry: InMemoryStateStore.Entry)]
    var token: String
}

// The semantics are those of daprd's PostgreSQL component: fields and values are compared as texts,
// a field that is not there is NULL, and what it puts into the SQL text unescaped fails there.
extension StateQuery {
    /// Finds entries.
    ///
    /// - Parameter entries: all documents, in the order in which the store has them.
    func result(
        among entries: [(key: String, entry: InMemoryStateStore.Entry)]
    ) throws(StateFault) -> StateQueryResult {
        if let filter { try filter.check() }
        for order in order { try Self.check(order) }
        var skipped = 0
        if !token.isEmpty {
            guard let number = Int(token) else {
                throw .other("strconv.ParseInt: parsing \"\(token)\": invalid syntax")
            }
            guard number >= 0 else {
                throw .other("ERROR: OFFSET must not be negative (SQLSTATE 2201X)")
            }
            skipped = number
        }
        var found: [(item: (key: String, entry: InMemoryStateStore.Entry), value: JSONValue)] = []
        for item in entries {
            guard let value = item.entry.document else { continue }
            if filter?.matches(value) ?? true { found.append((item, value)) }
        }
        // Swift's sort keeps the order of equals, though it does not promise to.
        found.sort { comesBefore($0.value, $1.value) }
        let rest = found.dropFirst(skipped)
        let items = (limit > 0 ? rest.prefix(limit) : rest).map(\.item)
        return StateQueryResult(
            items: items, token: limit > 0 ? String(skipped + items.count) : "")
    }

    private func comesBefore(_ left: JSONValue, _ right: JSONValue) -> Bool {
        for (field, direction) in order {
            let texts = (SQLDocument.field(field, of: left), SQLDocument.field(field, of: right))
            let isDescending = direction.uppercased() == "DESC"
            switch texts {
            case (nil, nil): continue
            // NULL counts as the greatest.
            case (nil, _): return isDescending
            case (_, nil): return !isDescending
            case (let left?, let right?):
                guard left != right else { continue }
                return (left < right) != isDescending
            }
        }
        return false
    }

    private static func check(_ order: (field: String, direction: String)) throws(StateFault) {
        try checkField(order.field)
        guard ["", "ASC", "DESC"].contains(order.direction.uppercased()) else {
            throw .syntaxError(near: order.direction)
        }
    }

    fileprivate static func checkField(_ field: String) throws(StateFault) {
        guard let quote = field.firstIndex(of: "'") else { return }
        let rest = field[field.index(after: quote)...]
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        throw .syntaxError(near: word.isEmpty ? String(rest.prefix(1)) : String(word))
    }
}

extension StateFault {
    fileprivate static func syntaxError(near word: String) -> StateFault {
        .other("ERROR: syntax error at or near \"\(word)\" (SQLSTATE 42601)")
    }
}

extension StateQuery.Filter {
    fileprivate func check() throws(StateFault) {
        switch self {
        case .comparison(_, let field, _), .oneOf(let field, _):
            try StateQuery.checkField(field)
        case .all(let filters), .any(let filters):
            for filter in filters { try filter.check() }
        }
    }

    fileprivate func matches(_ value: JSONValue) -> Bool {
        switch self {
        case .comparison(let name, let field, let expected):
            // NULL compares with nothing.
            guard let actual = SQLDocument.field(field, of: value) else { return false }
            return switch name {
            case "EQ": actual == expected
            case "NEQ": actual != expected
            case "GT": actual > expected
            case "GTE": actual >= expected
            case "LT": actual < expected
            default: actual <= expected
            }
        case .oneOf(let field, let values):
            guard let actual = SQLDocument.field(field, of: value) else { return false }
            return values.contains(actual)
        case .all(let filters): return filters.allSatisfy { $0.matches(value) }
        case .any(let filters): return filters.contains { $0.matches(value) }
        }
    }
}
