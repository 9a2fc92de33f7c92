/// The open streams of a session by their identifiers.
///
/// A stream is looked up about ten times in its life. Identifiers are consecutive odd numbers (RFC
/// 9113 §5.1.1), so that their lowest bits already are what a dictionary would hash for: the place
/// of a stream is mostly found at the first look.
struct StreamTable {
    /// Their number is a power of two, and at least half of them are free.
    private var slots: [HTTP2Stream?] = Array(repeating: nil, count: 16)
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// All streams, in no order.
    var all: [HTTP2Stream] { slots.compactMap { $0 } }

    private func home(_ id: Int32) -> Int { Int(id >> 1) & (slots.count - 1) }

    private func next(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }

    private func slot(of id: Int32) -> Int? {
        var slot = home(id)
        while let stream = slots[slot] {
            if stream.id == id { return slot }
            slot = next(slot)
        }
        return nil
    }

    subscript(id: Int32) -> HTTP2Stream? {
        slot(of: id).flatMap { slots[$0] }
    }

    /// Adds a stream whose identifier is new.
    mutating func insert(_ stream: HTTP2Stream) {
        if 2 * (count + 1) > slots.count {
            let streams = all
            slots = Array(repeating: nil, count: 2 * slots.count)
            for stream in streams { place(stream) }
        }
        place(stream)
        count += 1
    }

    private mutating func place(_ stream: HTTP2Stream) {
        var slot = home(stream.id)
        while slots[slot] != nil { slot = next(slot) }
        slots[slot] = stream
    }

    mutating func remove(_ id: Int32) -> HTTP2Stream? {
        guard var hole = slot(of: id), let removed = slots[hole].take() else { return nil }
        count -= 1
        // Those behind the hole that would not be found any more move into it.
        var slot = next(hole)
        while let stream = slots[slot] {
            let distance = (slot - home(stream.id)) & (slots.count - 1)
            if distance >= (slot - hole) & (slots.count - 1) {
                slots.swapAt(hole, slot)
                hole = slot
            }
            slot = next(slot)
        }
        return removed
    }
}
