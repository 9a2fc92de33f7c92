/// A value that is no message, apart from how its field writes it.
enum Scalar: Sendable, Hashable {
    case signed(Int64)
    case unsigned(UInt64)
    case double(Double)
    case float(Float)
    case bool(Bool)
    case string(String)
    case bytes([UInt8])

    /// Whether a field without presence that has this value is not written; a negative zero is.
    var isDefault: Bool {
        switch self {
        case .signed(let value): value == 0
        case .unsigned(let value): value == 0
        case .double(let value): value == 0 && value.sign == .plus
        case .float(let value): value == 0 && value.sign == .plus
        case .bool(let value): !value
        case .string(let value): value.utf8.isEmpty
        case .bytes(let value): value.isEmpty
        }
    }
}
