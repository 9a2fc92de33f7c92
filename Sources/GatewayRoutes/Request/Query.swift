/// The query of a request, decoded: names and values in the order in which they came.
public struct Query: Sendable {
    /// One `name=value`.
    public struct Item: Sendable, Hashable {
        /// The decoded name.
        public let name: String
        /// The decoded value; empty when there is no `=`.
        public let value: String
    }

    /// All parameters, duplicates included.
    public private(set) var items: [Item] = []

    /// Parses a raw query, if there is one.
    init(_ raw: ArraySlice<UInt8>?) throws(GatewayError) {
        guard let raw else { return }
        for pair in raw.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = try Self.decode(pair[..<(equals ?? pair.endIndex)])
            let value = try equals.map { (at) throws(GatewayError) in
                try Self.decode(pair[(at + 1)...])
            }
            items.append(Item(name: name, value: value ?? ""))
        }
    }

    private static func decode(_ raw: ArraySlice<UInt8>) throws(GatewayError) -> String {
        do throws(PercentEncoding.Defect) {
            return try PercentEncoding.decode(raw)
        } catch {
            let text = String(decoding: raw, as: UTF8.self)
            throw GatewayError(
                .invalidParameter, "the query's part '\(text)' \(error.explanation)")
        }
    }

    /// Refuses parameters that the route does not know, and values that no handler could read.
    func check(against known: [QueryParameter]) throws(GatewayError) {
        for item in items {
            let isKnown = known.contains { parameter in
                parameter.name == item.name
                    || (parameter.name.hasSuffix(".") && item.name.hasPrefix(parameter.name))
            }
            if isKnown { continue }
            let nearest = nearest(to: item.name, among: known.map(\.name))
            let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
            throw GatewayError(
                .unknownParameter, "the parameter '\(item.name)' is not known here\(hint)")
        }
        guard !items.isEmpty else { return }
        for parameter in known { try checkValue(of: parameter) }
    }

    private func checkValue(of parameter: QueryParameter) throws(GatewayError) {
        switch parameter.value {
        case .duration: _ = try duration(parameter.name)
        case .flag: _ = try flag(parameter.name)
        case .choice(let choices): _ = try choice(parameter.name, of: choices)
        case .number(let range): _ = try number(parameter.name, in: range)
        case .text: _ = try value(parameter.name)
        case .list, .metadata, nil: break
        }
    }

    // MARK: - Values

    /// Every value of a parameter, in order.
    func values(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }

    /// The value of a parameter; given twice it is refused, for who would know which one counts.
    func value(_ name: String) throws(GatewayError) -> String? {
        var found: String?
        for item in items where item.name == name {
            guard found == nil else {
                throw GatewayError(
                    .invalidParameter, "the parameter '\(name)' is given more than once")
            }
            found = item.value
        }
        return found
    }

    /// A duration, such as `30s`.
    func duration(_ name: String) throws(GatewayError) -> Duration? {
        guard let text = try value(name) else { return nil }
        guard let duration = Duration(withUnit: text) else {
            throw GatewayError(
                .invalidParameter,
                "'\(text)' is no duration for '\(name)'; write it as 250ms, 30s, 5m or 1h")
        }
        return duration
    }

    /// `true` or `false`; false when it is not given.
    func flag(_ name: String) throws(GatewayError) -> Bool {
        switch try value(name) {
        case nil, "false": return false
        case "true", "": return true
        case let text?:
            throw GatewayError(
                .invalidParameter, "'\(name)' is either true or false, not '\(text)'")
        }
    }

    /// A whole number within a range.
    func number(_ name: String, in range: ClosedRange<Int>) throws(GatewayError) -> Int? {
        guard let text = try value(name) else { return nil }
        // `Int` would take a sign, too.
        guard text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), let number = Int(text),
            range.contains(number)
        else {
            throw GatewayError(
                .invalidParameter,
                "'\(name)' is a number from \(range.lowerBound) to \(range.upperBound), "
                    + "not '\(text)'")
        }
        return number
    }

    /// One of the cases of an enumeration, by its raw value.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, as type: Choice.Type
    ) throws(GatewayError) -> Choice? {
        try choice(name, of: type.allCases.map(\.rawValue)).flatMap(Choice.init(rawValue:))
    }

    /// One of a few texts.
    private func choice(
        _ name: String, of choices: [String]
    ) throws(GatewayError) -> String? {
        guard let text = try value(name) else { return nil }
        guard choices.contains(text) else {
            throw GatewayError(
                .invalidParameter,
                "'\(name)' is one of \(choices.joined(separator: ", ")), not '\(text)'")
        }
        return text
    }

    /// The parameters `metadata.NAME=VALUE`; the last of several with one name counts.
    var metadata: [String: String] {
        guard !items.isEmpty else { return [:] }
        var metadata: [String: String] = [:]
        for item in items where item.name.hasPrefix(QueryParameter.metadata.name) {
            let name = item.name.dropFirst(QueryParameter.metadata.name.count)
            if !name.isEmpty { metadata[String(name)] = item.value }
        }
        return metadata
    }
}
