/// What every store refuses in a key; checked here because the HTTP API would take an empty key for
/// another route.
enum StateKey {
    static func check(_ key: String) throws(DaprError) {
        guard !key.isEmpty else {
            throw DaprError(.invalidArgument, "a state key cannot be empty", isUnprocessed: true)
        }
        guard !key.containsDoubleBar else {
            throw DaprError(
                .invalidArgument, "the state key '\(key)' contains '||'", isUnprocessed: true)
        }
    }

    /// Puts the items of a bulk answer, which may come in any order, into the order of the keys.
    /// Keys are compared by their bytes.
    ///
    /// - Throws: `.malformedResponse` when a key has no item. One that does not exist has an item
    ///   with nothing but the key, so that nothing is known about this one.
    static func ordered(
        _ items: [BulkStateItem], by keys: [String]
    ) throws(DaprError) -> [BulkStateItem] {
        if items.count == keys.count,
            zip(items, keys).allSatisfy({ $0.key.utf8.elementsEqual($1.utf8) })
        {
            return items
        }
        var byKey: [[UInt8]: BulkStateItem] = [:]
        for item in items { byKey[Array(item.key.utf8)] = item }
        var ordered: [BulkStateItem] = []
        ordered.reserveCapacity(keys.count)
        for key in keys {
            guard let item = byKey[Array(key.utf8)] else {
                throw DaprError(
                    .malformedResponse, "the sidecar's answer says nothing about the key '\(key)'")
            }
            ordered.append(item)
        }
        return ordered
    }
}

extension String {
    fileprivate var containsDoubleBar: Bool {
        // A span, because the iterator of a string looks at every byte for what it may begin.
        let bytes = utf8.span
        var isAfterBar = false
        for index in bytes.indices {
            let isBar = bytes[index] == UInt8(ascii: "|")
            if isBar && isAfterBar { return true }
            isAfterBar = isBar
        }
        return false
    }
}
