/// One scheduled call of a closure on its loop.
///
/// Belongs to the loop's thread. Cancelling removes it from the heap at once, so that the many
/// deadlines that never fire cost no memory until they would have been due.
public final class LoopTimer {
    fileprivate let deadline: MonotonicTime
    fileprivate let order: UInt64
    fileprivate var position: Int?
    fileprivate var action: (() -> Void)?

    fileprivate init(deadline: MonotonicTime, order: UInt64, action: @escaping () -> Void) {
        self.deadline = deadline
        self.order = order
        self.action = action
    }

    /// Whether the timer still waits to be called.
    public var isPending: Bool { position != nil }
}

/// A binary heap of timers that knows where each of them sits. Equal deadlines fire in the order
/// in which they were scheduled.
struct TimerHeap {
    private var timers: [LoopTimer] = []
    /// The order of the youngest timer.
    private(set) var lastOrder: UInt64 = 0

    var next: MonotonicTime? { timers.first?.deadline }
    var count: Int { timers.count }

    mutating func insert(at deadline: MonotonicTime, action: @escaping () -> Void) -> LoopTimer {
        lastOrder += 1
        let timer = LoopTimer(deadline: deadline, order: lastOrder, action: action)
        timer.position = timers.count
        timers.append(timer)
        siftUp(timers.count - 1)
        return timer
    }

    /// Removes a timer and gives its action, for the caller to call or to release.
    @discardableResult
    mutating func remove(_ timer: LoopTimer) -> (() -> Void)? {
        guard let position = timer.position else { return nil }
        timer.position = nil
        if let last = timers.popLast(), position < timers.count {
            place(last, at: position)
            siftUp(position)
            if let settled = last.position { siftDown(settled) }
        }
        return timer.action.take()
    }

    /// Removes the first timer if it is due and not younger than `order`, and gives its action.
    mutating func popDue(at now: MonotonicTime, upTo order: UInt64) -> (() -> Void)? {
        guard let first = timers.first, first.deadline <= now, first.order <= order else {
            return nil
        }
        return remove(first)
    }

    private mutating func place(_ timer: LoopTimer, at index: Int) {
        timers[index] = timer
        timer.position = index
    }

    private func precedes(_ left: LoopTimer, _ right: LoopTimer) -> Bool {
        (left.deadline.nanoseconds, left.order) < (right.deadline.nanoseconds, right.order)
    }

    private mutating func siftUp(_ start: Int) {
        let timer = timers[start]
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard precedes(timer, timers[parent]) else { break }
            place(timers[parent], at: index)
            index = parent
        }
        place(timer, at: index)
    }

    private mutating func siftDown(_ start: Int) {
        let timer = timers[start]
        var index = start
        while true {
            var child = 2 * index + 1
            guard child < timers.count else { break }
            if child + 1 < timers.count, precedes(timers[child + 1], timers[child]) { child += 1 }
            guard precedes(timers[child], timer) else { break }
            place(timers[child], at: index)
            index = child
        }
        place(timer, at: index)
    }
}
