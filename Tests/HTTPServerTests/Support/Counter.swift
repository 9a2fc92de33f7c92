import Synchronization

/// A number that a `@Sendable` closure on the loop counts up for the test.
final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int {
        get { count.load(ordering: .relaxed) }
        set { count.store(newValue, ordering: .relaxed) }
    }
}
