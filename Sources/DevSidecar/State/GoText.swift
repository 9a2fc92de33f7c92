import JSON

/// Values as Go's `%v` prints them.
enum GoText {
    static func value(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool(let bool): String(bool)
        case .number(let number): goFormatted(number.double)
        case .string(let string): string
        case .array(let elements): "[" + elements.map(Self.value).joined(separator: " ") + "]"
        case .object(let object):
            "map["
                + object.members.sorted { $0.key < $1.key }
                .map { "\($0.key):\(Self.value($0.value))" }.joined(separator: " ") + "]"
        }
    }
}
