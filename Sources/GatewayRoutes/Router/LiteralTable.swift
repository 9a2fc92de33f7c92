/// Where the literal segments of all nodes of a trie lead: a hash table that is never changed.
///
/// A look-up looks at no more than `longestProbe` slots however many routes there are, since the table
/// is made larger until that is so. Texts lie one after the other, so that looking at one costs no
/// reference counting.
struct LiteralTable: Sendable {
    /// A segment that is written just so.
    struct Entry {
        /// The node it leads on from, and the one it leads to.
        var node: Int
        var child: Int
        var text: Range<Int>
    }

    /// The most slots that a look-up looks at.
    static let longestProbe = 4

    private(set) var texts: [UInt8] = []
    private var entries: [Entry] = []
    /// Positions in `entries`; -1 where there is none.
    private var slots: [Int32] = [-1]

    /// Adds a segment, before `freeze()`.
    mutating func add(_ text: [UInt8], from node: Int, to child: Int) {
        let start = texts.count
        texts += text
        entries.append(Entry(node: node, child: child, text: start..<texts.count))
    }

    /// Where a segment leads, before `freeze()`; looks at everything.
    func childWhileBuilding(_ text: [UInt8], from node: Int) -> Int? {
        entries.first { $0.node == node && texts[$0.text].elementsEqual(text) }?.child
    }

    /// Makes the table that look-ups use.
    mutating func freeze() {
        var size = 8
        while size < 2 * entries.count { size *= 2 }
        while !fill(size), size < 64 * (entries.count + 1) { size *= 2 }
    }

    /// Distributes the entries over slots.
    ///
    /// - Returns: whether every look-up comes to its end fast.
    private mutating func fill(_ size: Int) -> Bool {
        slots = Array(repeating: -1, count: size)
        for (index, entry) in entries.enumerated() {
            var slot = Self.hash(texts.span, entry.text, node: entry.node) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(index)
        }
        // A look-up ends at the first empty slot. Once around and a little more, for a run of full
        // ones that goes on at the beginning.
        var run = 0
        for slot in 0..<(size + Self.longestProbe) {
            run = slots[slot & (size - 1)] >= 0 ? run + 1 : 0
            if run >= Self.longestProbe { return false }
        }
        return true
    }

    /// FNV-1a over the text and the node.
    private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>, node: Int) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(node)
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }

    /// Where a segment of a path leads.
    ///
    /// - Parameter probes: grows by the number of slots that were looked at.
    func child(
        _ path: Span<UInt8>, _ range: Range<Int>, from node: Int, probes: inout Int
    ) -> Int? {
        let mask = slots.count - 1
        var slot = Self.hash(path, range, node: node) & mask
        // There are more slots than entries, so an empty one comes.
        while true {
            probes += 1
            let index = Int(slots[slot])
            guard index >= 0 else { return nil }
            let entry = entries[index]
            if entry.node == node, matches(entry.text, path, range) { return entry.child }
            slot = (slot + 1) & mask
        }
    }

    private func matches(_ text: Range<Int>, _ path: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard text.count == range.count else { return false }
        let shift = range.lowerBound - text.lowerBound
        for index in text where texts[index] != path[index + shift] { return false }
        return true
    }
}
