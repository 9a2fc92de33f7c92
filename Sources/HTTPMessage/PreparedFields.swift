/// Header fields that are bytes already, for those that every response has: making strings and
/// checked names of them would cost more than all the rest of a small response.
public struct PreparedFields: Sendable, Hashable {
    /// Name and value of each field, each followed by a NUL, as C libraries take them.
    public private(set) var bytes: [UInt8]

    /// Takes fields as they are; whoever made them knows that names are tokens and that values have
    /// no control characters.
    ///
    /// - Parameter bytes: `name NUL value NUL`, one field after the other.
    public init(_ bytes: [UInt8] = []) {
        precondition(bytes.isEmpty || bytes.last == 0, "the last value is not terminated")
        self.bytes = bytes
    }

    /// Adds more of them.
    ///
    /// - Parameter add: appends `name NUL value NUL`, any number of times.
    public mutating func append(_ add: (inout [UInt8]) -> Void) {
        add(&bytes)
        precondition(bytes.isEmpty || bytes.last == 0, "the last value is not terminated")
    }

    /// The fields as text, in order.
    public var fields: [(name: String, value: String)] {
        let texts = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        return stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) }
    }
}
