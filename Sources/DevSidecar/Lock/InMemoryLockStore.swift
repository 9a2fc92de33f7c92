import EventLoop

/// The locks of the component `lock.redis`, in memory.
final class InMemoryLockStore {
    /// A lock that somebody holds.
    struct Holding {
        var owner: String
        var expiry: MonotonicTime
    }

    /// How an unlock ends, with the numbers of the API.
    enum UnlockStatus: Int {
        case success = 0
        case doesNotExist = 1
        case belongsToOthers = 2
    }

    /// There is no room for another lock.
    struct Full: Error {}

    private let loop: EventLoop
    private let capacity: Int
    private var locks: [ExactText: Holding] = [:]

    init(loop: EventLoop, capacity: Int = 100_000) {
        self.loop = loop
        self.capacity = capacity
    }

    /// Takes a lock that nobody holds; not even its owner can take it twice.
    func tryLock(_ key: String, owner: String, seconds: Int32) throws(Full) -> Bool {
        if locks.count >= capacity { removeExpired() }
        guard holding(key) == nil else { return false }
        guard locks.count < capacity else { throw Full() }
        locks[ExactText(text: key)] = Holding(
            owner: owner, expiry: loop.now + .seconds(Int64(seconds)))
        return true
    }

    /// Gives a lock back, if it is the owner's.
    func unlock(_ key: String, owner: String) -> UnlockStatus {
        guard let holding = holding(key) else { return .doesNotExist }
        guard holding.owner.utf8.elementsEqual(owner.utf8) else { return .belongsToOthers }
        locks[ExactText(text: key)] = nil
        return .success
    }

    /// All locks that have not expired.
    var all: [(key: String, holding: Holding)] {
        removeExpired()
        return locks.map { ($0.key.text, $0.value) }.sorted { $0.key < $1.key }
    }

    private func holding(_ key: String) -> Holding? {
        let key = ExactText(text: key)
        guard let holding = locks[key] else { return nil }
        guard holding.expiry <= loop.now else { return holding }
        locks[key] = nil
        return nil
    }

    private func removeExpired() {
        let now = loop.now
        locks = locks.filter { $0.value.expiry > now }
    }
}
