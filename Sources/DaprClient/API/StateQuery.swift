/// A query of a state store (Dapr's state query API, which is alpha): which values, in which order,
/// and how many at a time.
public struct StateQuery: Sendable, Hashable {
    /// By which field results are ordered.
    public struct Order: Sendable, Hashable {
        /// The path of the field, such as `person.id`.
        public var field: String
        /// Whether the greatest comes first.
        public var isDescending: Bool

        /// The least first.
        public static func ascending(_ field: String) -> Order {
            Order(field: field, isDescending: false)
        }

        /// The greatest first.
        public static func descending(_ field: String) -> Order {
            Order(field: field, isDescending: true)
        }
    }

    /// Which values; nil finds all.
    public var filter: StateFilter?
    /// By what they are ordered, the first counting most; without it the order is the store's.
    public var order: [Order]
    /// How many results to give at most; nil for all.
    public var limit: Int?
    /// Where to go on: ``StateQueryResult/token`` of the page before.
    public var token: String?

    /// A query, of everything unless told otherwise.
    public init(
        _ filter: StateFilter? = nil, order: [Order] = [], limit: Int? = nil, token: String? = nil
    ) {
        self.filter = filter
        self.order = order
        self.limit = limit
        self.token = token
    }
}

/// One page of what a query found.
public struct StateQueryResult: Sendable, Hashable {
    /// The values; of one that could not be read the reason.
    public var items: [BulkStateItem]
    /// Where the next page starts; nil when the store says that there is none. A page that is full
    /// has a token even if it is the last.
    public var token: String?
    /// What the store says about the result.
    public var metadata: [String: String]

    /// One page of what a query found.
    public init(
        items: [BulkStateItem] = [], token: String? = nil, metadata: [String: String] = [:]
    ) {
        self.items = items
        self.token = token
        self.metadata = metadata
    }
}
