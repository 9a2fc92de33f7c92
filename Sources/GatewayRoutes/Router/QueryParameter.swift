/// A query parameter that a route knows.
public struct QueryParameter: Sendable, Hashable {
    /// What its value is; what no handler could read is refused before it is called.
    enum Value: Sendable, Hashable {
        /// Any text.
        case text(example: String)
        /// A duration, such as `30s`.
        case duration(example: String)
        /// `true` or `false`.
        case flag
        /// One of these.
        case choice([String])
        /// A whole number.
        case number(ClosedRange<Int>)
        /// Given once for each element.
        case list(example: [String])
        /// Any number of parameters whose names begin so.
        case metadata
    }

    /// Its name; `metadata.` stands for all names that begin so.
    public let name: String
    /// What it means, in a few words.
    public let summary: String
    /// What its value is. A test refuses routes whose parameters do not say so.
    let value: Value?
    /// Whether the route cannot do without.
    let isRequired: Bool

    init(name: String, summary: String, value: Value? = nil, isRequired: Bool = false) {
        self.name = name
        self.summary = summary
        self.value = value
        self.isRequired = isRequired
    }

    /// How long the call may take.
    static let timeout = QueryParameter(
        name: "timeout", summary: "how long the call may take, such as 250ms or 30s",
        value: .duration(example: "5s"))
    /// Metadata for the component.
    static let metadata = QueryParameter(
        name: "metadata.", summary: "metadata.NAME=VALUE is passed to the component",
        value: .metadata)
}
