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

    /// The value of the first field of that name; the case of its letters counts.
    public func value(of name: String) -> String? {
        range(of: name).map { range in
            let start = range.lowerBound + name.utf8.count + 1
            return String(decoding: bytes[start..<(range.upperBound - 1)], as: UTF8.self)
        }
    }

    /// Removes the first field of that name, if there is one; the case of its letters counts.
    public mutating func remove(_ name: String) {
        if let range = range(of: name) { bytes.removeSubrange(range) }
    }

    /// Where name and value stand, with the NUL after each.
    private func range(of name: String) -> Range<Int>? {
        var start = 0
        while let nameEnd = bytes[start...].firstIndex(of: 0),
            let end = bytes[(nameEnd + 1)...].firstIndex(of: 0)
        {
            if bytes[start..<nameEnd].elementsEqual(name.utf8) { return start..<(end + 1) }
            start = end + 1
        }
        return nil
    }

    /// The fields as text, in order.
    public var fields: [(name: String, value: String)] {
        let texts = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        return stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) }
    }
}
