/// What every store refuses in a key; checked here because the HTTP API would take an empty key for
/// another route.
enum StateKey {
    static func check(_ key: String) throws(DaprError) {
        guard !key.isEmpty else {
            throw DaprError(.invalidArgument, "a state key cannot be empty", isUnprocessed: true)
        }
        guard !key.utf8.containsDoubleBar else {
            throw DaprError(
                .invalidArgument, "the state key '\(key)' contains '||'", isUnprocessed: true)
        }
    }

    /// Puts the items of a bulk answer, which may come in any order, into the order of the keys.
    /// A key without an item does not exist. Keys are compared by their bytes.
    static func ordered(_ items: [BulkStateItem], by keys: [String]) -> [BulkStateItem] {
        if items.count == keys.count,
            zip(items, keys).allSatisfy({ $0.key.utf8.elementsEqual($1.utf8) })
        {
            return items
        }
        var byKey: [[UInt8]: BulkStateItem] = [:]
        for item in items { byKey[Array(item.key.utf8)] = item }
        return keys.map { byKey[Array($0.utf8)] ?? BulkStateItem(key: $0) }
    }
}

extension String.UTF8View {
    fileprivate var containsDoubleBar: Bool {
        var isAfterBar = false
        for byte in self {
            let isBar = byte == UInt8(ascii: "|")
            if isBar && isAfterBar { return true }
            isAfterBar = isBar
        }
        return false
    }
}
