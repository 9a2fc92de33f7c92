/// Which values a query of a state store finds, by fields of their JSON.
///
/// Reads as what it means: `StateField("state") == "CA" && StateField("person.id") > 1000`.
public indirect enum StateFilter: Sendable, Hashable {
    /// What a field is compared with: a scalar of JSON.
    public enum Value: Sendable, Hashable {
        /// A text.
        case string(String)
        /// A whole number.
        case int(Int)
        /// A number; must be finite.
        case double(Double)
        /// A truth value.
        case bool(Bool)
        /// Nothing.
        case null
    }

    /// How a field is compared with a value.
    public enum Comparison: String, Sendable, CaseIterable {
        /// The same.
        case equal = "EQ"
        /// Another one.
        case notEqual = "NEQ"
        /// Greater.
        case greater = "GT"
        /// Greater, or the same.
        case greaterOrEqual = "GTE"
        /// Less.
        case less = "LT"
        /// Less, or the same.
        case lessOrEqual = "LTE"
    }

    /// A field compares so with a value; not every store knows all comparisons.
    case comparison(Comparison, field: String, Value)
    /// A field is one of some values.
    case oneOf(field: String, [Value])
    /// All filters hold; at least one.
    case all([StateFilter])
    /// One of the filters holds; at least one.
    case any([StateFilter])

    /// Both filters hold.
    public static func && (left: StateFilter, right: StateFilter) -> StateFilter {
        guard case .all(let filters) = left else { return .all([left, right]) }
        return .all(filters + [right])
    }

    /// One of the filters holds.
    public static func || (left: StateFilter, right: StateFilter) -> StateFilter {
        guard case .any(let filters) = left else { return .any([left, right]) }
        return .any(filters + [right])
    }
}

/// A field of the stored JSON, to be compared.
public struct StateField: Sendable {
    /// The names from the outside in, joined by dots, such as `person.org`.
    public let path: String

    /// A field by its path, such as `person.org`.
    public init(_ path: String) {
        self.path = path
    }

    /// The field is this value.
    public static func == (field: StateField, value: StateFilter.Value) -> StateFilter {
        .comparison(.equal, field: field.path, value)
    }

    /// The field is another value.
    public static func != (field: StateField, value: StateFilter.Value) -> StateFilter {
        .comparison(.notEqual, field: field.path, value)
    }

    /// The field is greater.
    public static func > (field: StateField, value: StateFilter.Value) -> StateFilter {
        .comparison(.greater, field: field.path, value)
    }

    /// The field is at least this value.
    public static func >= (field: StateField, value: StateFilter.Value) -> StateFilter {
        .comparison(.greaterOrEqual, field: field.path, value)
    }

    /// The field is less.
    public static func < (field: StateField, value: StateFilter.Value) -> StateFilter {
        .comparison(.less, field: field.path, value)
    }

    /// The field is at most this value.
    public static func <= (field: StateField, value: StateFilter.Value) -> StateFilter {
        .comparison(.lessOrEqual, field: field.path, value)
    }

    /// The field is one of these values.
    public func isOne(of values: [StateFilter.Value]) -> StateFilter {
        .oneOf(field: path, values)
    }
}

extension StateFilter.Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Nothing.
    public init(nilLiteral: ()) { self = .null }
}
