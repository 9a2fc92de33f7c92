import JSON

/// JSON as PostgreSQL's type `jsonb` gives it back: keys by length and then bytes, blanks after
/// commas and colons, numbers without exponents.
enum SQLDocument {
    static func text(_ value: JSONValue) -> [UInt8] {
        var text: [UInt8] = []
        append(value, to: &text)
        return text
    }

    private static func append(_ value: JSONValue, to text: inout [UInt8]) {
        switch value {
        case .number(let number): text.append(contentsOf: plain(number.text).utf8)
        case .array(let elements):
            text.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { text.append(contentsOf: ", ".utf8) }
                append(element, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let object):
            text.append(UInt8(ascii: "{"))
            for (index, member) in ordered(object).enumerated() {
                if index > 0 { text.append(contentsOf: ", ".utf8) }
                append(.string(member.key), to: &text)
                text.append(contentsOf: ": ".utf8)
                append(member.value, to: &text)
            }
            text.append(UInt8(ascii: "}"))
        case .null, .bool, .string: text.append(contentsOf: value.serialized())
        }
    }

    /// The members as they are stored; of equal names the last counts.
    private static func ordered(_ object: JSONObject) -> [JSONObject.Member] {
        var last: [[UInt8]: JSONObject.Member] = [:]
        for member in object.members { last[Array(member.key.utf8)] = member }
        return last.sorted { left, right in
            left.key.count != right.key.count
                ? left.key.count < right.key.count : left.key.lexicographicallyPrecedes(right.key)
        }.map(\.value)
    }

    /// A number of JSON without its exponent.
    static func plain(_ number: String) -> String {
        let parts = number.split(whereSeparator: { $0 == "e" || $0 == "E" })
        guard parts.count == 2, let exponent = Int(parts[1]), abs(exponent) < 1000 else {
            return number
        }
        let sign = parts[0].hasPrefix("-") ? "-" : ""
        let halves = parts[0].drop { $0 == "-" }.split(separator: ".")
        let fraction = halves.count == 2 ? String(halves[1]) : ""
        var digits = String(halves[0]) + fraction
        var point = halves[0].count + exponent
        if point <= 0 {
            digits = String(repeating: "0", count: 1 - point) + digits
            point = 1
        }
        if digits.count <= point {
            return sign + digits + String(repeating: "0", count: point - digits.count)
        }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// What the operator `->>` gives for a path of members: the text of what is there, nil for
    /// nothing and for null.
    static func field(_ path: String, of value: JSONValue) -> String? {
        var value = value
        for name in path.split(separator: ".", omittingEmptySubsequences: false) {
            guard let member = value[String(name)] else { return nil }
            value = member
        }
        switch value {
        case .null: return nil
        case .string(let text): return text
        default: return String(decoding: text(value), as: UTF8.self)
        }
    }
}
