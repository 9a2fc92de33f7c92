/// What a field holds; messages and enumerations by their place in the pool.
enum Kind: Sendable, Hashable {
    case double, float
    case int32, int64, uint32, uint64, sint32, sint64
    case fixed32, fixed64, sfixed32, sfixed64
    case bool, string, bytes
    case enumeration(Int)
    case message(Int)
    /// A message between two tags.
    case group(Int)

    var wireType: WireType {
        switch self {
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enumeration: .varint
        case .double, .fixed64, .sfixed64: .fixed64
        case .float, .fixed32, .sfixed32: .fixed32
        case .string, .bytes, .message: .lengthDelimited
        case .group: .startGroup
        }
    }

    /// The message's place, if this is one.
    var message: Int? {
        switch self {
        case .message(let index), .group(let index): index
        default: nil
        }
    }
}

/// How a value is written (https://protobuf.dev/programming-guides/encoding).
enum WireType: UInt8, Sendable {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case startGroup = 3
    case endGroup = 4
    case fixed32 = 5
}

/// A field of a message.
struct Field: Sendable {
    enum Cardinality: Sendable, Hashable {
        case single
        case repeated
        /// The message of its entries.
        case map(entry: Int)
    }

    let name: String
    let jsonName: String
    let number: Int
    let kind: Kind
    let cardinality: Cardinality
    /// Whether its default value is told from no value.
    let hasPresence: Bool
    let isPacked: Bool
    let verifiesUTF8: Bool
    /// The oneof that it belongs to, if it is one with choices.
    let oneof: Int?
}

/// A message.
struct MessageType: Sendable {
    let fullName: String
    /// In the order of their numbers.
    let fields: [Field]
    /// Numbers of the fields of each oneof.
    let oneofs: [[Int]]
    let oneofNames: [String]
    let isMapEntry: Bool
    let wellKnown: WellKnownType?
    private let byNumber: [Int: Int]
    /// Both names of every field.
    private let byName: [String: Int]

    init(
        fullName: String, fields: [Field], oneofNames: [String], isMapEntry: Bool
    ) throws(DescriptorError) {
        let fields = fields.sorted { $0.number < $1.number }
        var byNumber: [Int: Int] = [:]
        var byName: [String: Int] = [:]
        var oneofs: [[Int]] = oneofNames.map { _ in [] }
        for (index, field) in fields.enumerated() {
            guard byNumber.updateValue(index, forKey: field.number) == nil else {
                throw DescriptorError("\(fullName) has two fields with number \(field.number)")
            }
            // The name that a field is printed with wins over another one's original name.
            byName[field.jsonName] = index
            if let oneof = field.oneof { oneofs[oneof].append(field.number) }
        }
        for (index, field) in fields.enumerated() where byName[field.name] == nil {
            byName[field.name] = index
        }
        self.fullName = fullName
        self.fields = fields
        self.oneofs = oneofs
        self.oneofNames = oneofNames
        self.isMapEntry = isMapEntry
        wellKnown = WellKnownType(fullName)
        self.byNumber = byNumber
        self.byName = byName
    }

    func field(number: Int) -> Field? { byNumber[number].map { fields[$0] } }

    /// The field that a member of a JSON object means.
    func field(named name: String) -> Field? { byName[name].map { fields[$0] } }
}

/// An enumeration.
struct EnumType: Sendable {
    let fullName: String
    let isClosed: Bool
    private let numbers: [String: Int32]
    private let names: [Int32: String]

    init(fullName: String, isClosed: Bool, values: [(name: String, number: Int32)]) {
        self.fullName = fullName
        self.isClosed = isClosed
        numbers = Dictionary(values.map { ($0.name, $0.number) }) { first, _ in first }
        // Of aliases the first one is printed.
        names = Dictionary(values.map { ($0.number, $0.name) }) { first, _ in first }
    }

    func number(named name: String) -> Int32? { numbers[name] }

    func name(of number: Int32) -> String? { names[number] }
}

/// Messages that JSON has forms of its own for (https://protobuf.dev/programming-guides/json).
enum WellKnownType: Sendable {
    case any, timestamp, duration, fieldMask
    case structure, value, listValue
    /// `google.protobuf.StringValue` and its like.
    case wrapper

    init?(_ fullName: String) {
        guard fullName.hasPrefix("google.protobuf.") else { return nil }
        switch fullName.dropFirst("google.protobuf.".count) {
        case "Any": self = .any
        case "Timestamp": self = .timestamp
        case "Duration": self = .duration
        case "FieldMask": self = .fieldMask
        case "Struct": self = .structure
        case "Value": self = .value
        case "ListValue": self = .listValue
        case "DoubleValue", "FloatValue", "Int64Value", "UInt64Value", "Int32Value", "UInt32Value",
            "BoolValue", "StringValue", "BytesValue":
            self = .wrapper
        default: return nil
        }
    }
}
