/// The members of a JSON object in the order they were written, duplicates included.
public struct JSONObject: Sendable, Hashable {
    /// One name and its value.
    public struct Member: Sendable {
        /// The name, with escapes resolved.
        public var key: String
        /// The value.
        public var value: JSONValue

        /// A member with this name and value.
        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// All members; append to it to add one.
    public var members: [Member]

    /// An object with these members, none by default.
    public init(_ members: [Member] = []) {
        self.members = members
    }

    /// The value of the member with this name, compared byte for byte; the last one wins, as with
    /// most readers (RFC 8259 section 4 leaves it open).
    ///
    /// The search is linear: objects in requests are small, and an index would cost more than
    /// it saves.
    public subscript(key: String) -> JSONValue? {
        members.last { hasSameBytes($0.key, key) }?.value
    }
}

extension JSONObject.Member: Hashable {
    /// Whether name and value are the same, byte for byte.
    public static func == (left: Self, right: Self) -> Bool {
        hasSameBytes(left.key, right.key) && left.value == right.value
    }

    /// Hashes in accordance with the exact equality.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(value)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object with its members in the order written.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self.init(members.map(Member.init))
    }
}

extension [JSONObject.Member] {
    /// The members ordered by the bytes of their names, as Go orders map keys; equal names keep
    /// their order.
    func sortedByKey() -> [JSONObject.Member] {
        sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
