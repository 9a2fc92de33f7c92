/// A set of objects, each of which knows its place: adding and removing cost no hashing.
struct SlotTable<Element: AnyObject> {
    private var slots: [Element?] = []
    private var free: [Int] = []

    var count: Int { slots.count - free.count }
    var isEmpty: Bool { count == 0 }

    /// Adds an element.
    ///
    /// - Returns: its place, to remove it.
    mutating func insert(_ element: Element) -> Int {
        if let slot = free.popLast() {
            slots[slot] = element
            return slot
        }
        slots.append(element)
        return slots.count - 1
    }

    mutating func remove(at slot: Int) {
        slots[slot] = nil
        free.append(slot)
    }

    /// All elements at this moment, so that visiting them may change the table.
    var elements: [Element] { slots.compactMap(\.self) }
}
