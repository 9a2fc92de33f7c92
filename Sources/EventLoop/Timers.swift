/// One scheduled call of a closure on its loop.
///
/// Belongs to the loop's thread. Cancelling removes it from the heap at once, so that the many
/// deadlines that never fire cost no memory until they would have been due.
public final class LoopTimer {
    fileprivate(set) var deadline: MonotonicTime
    fileprivate var order: UInt64
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
    private var scheduled: UInt64 = 0

    var next: MonotonicTime? { timers.first?.deadline }
    var count: Int { timers.count }

    mutating func insert(at deadline: MonotonicTime, action: @escaping () -> Void) -> LoopTimer {
        scheduled += 1
        let timer = LoopTimer(deadline: deadline, order: scheduled, action: action)
        timer.position = timers.count
        timers.append(timer)
        siftUp(timers.count - 1)
        return timer
    }

    mutating func remove(_ timer: LoopTimer) {
        guard let position = timer.position else { return }
        timer.position = nil
        timer.action = nil
        guard let last = timers.popLast(), position < timers.count else { return }
        place(last, at: position)
        siftUp(position)
        if let settled = last.position { siftDown(settled) }
    }

    /// Removes the first timer if it is due, and gives its action.
    mutating func popDue(at now: MonotonicTime) -> (() -> Void)? {
        guard let first = timers.first, first.deadline <= now else { return nil }
        let action = first.action
        remove(first)
        return action
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
