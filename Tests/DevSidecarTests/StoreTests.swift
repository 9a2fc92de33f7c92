import EventLoop
import TestSupport
import Testing

@testable import DevSidecar

@Suite("Locks in memory")
struct InMemoryLockStoreTests {
    @Test("a lock is free again when it expires, by the loop's clock")
    func expiry() throws {
        let clock = ManualClock()
        let store = InMemoryLockStore(loop: try EventLoop(clock: clock))
        #expect(try store.tryLock("k", owner: "a", seconds: 2))
        clock.advance(by: .milliseconds(1999))
        #expect(try !store.tryLock("k", owner: "b", seconds: 2))
        clock.advance(by: .milliseconds(1))
        #expect(store.unlock("k", owner: "a") == .doesNotExist)
        #expect(try store.tryLock("k", owner: "b", seconds: 2))
        #expect(store.unlock("k", owner: "a") == .belongsToOthers)
        #expect(store.unlock("k", owner: "b") == .success)
    }

    @Test("there is an end of room, and what expired makes some")
    func full() throws {
        let clock = ManualClock()
        let store = InMemoryLockStore(loop: try EventLoop(clock: clock), capacity: 2)
        #expect(try store.tryLock("1", owner: "a", seconds: 1))
        #expect(try store.tryLock("2", owner: "a", seconds: 9))
        #expect(throws: InMemoryLockStore.Full.self) {
            try store.tryLock("3", owner: "a", seconds: 1)
        }
        clock.advance(by: .seconds(1))
        #expect(try store.tryLock("3", owner: "a", seconds: 1))
        #expect(store.all.map(\.key) == ["2", "3"])
    }
}

@Suite("Configuration in memory")
struct InMemoryConfigurationStoreTests {
    typealias Item = InMemoryConfigurationStore.Item

    @Test(
        "a stored text is value||version, and an empty value is none",
        arguments: [
            ("v", "v", ""), ("v||1", "v", "1"), ("a||b||c", "a", "b"), ("x||", "x", ""),
            ("", nil, ""), ("||1", nil, ""), ("a|b", "a|b", ""),
        ] as [(String, String?, String)])
    func items(stored: String, value: String?, version: String) {
        let item = Item(stored: stored)
        #expect(item?.value == value)
        #expect(item?.version ?? "" == version)
    }

    @Test("every write is told, a lifetime and its end too, and none after a removal")
    func changes() throws {
        let clock = ManualClock()
        let loop = try EventLoop(clock: clock)
        let store = InMemoryConfigurationStore(loop: loop, capacity: 1)
        var told: [String?] = []
        store.onChange = { _, item in told.append(item?.value) }
        try store.set("k", "1")
        try store.set("k", "1")
        #expect(throws: InMemoryConfigurationStore.Full.self) { try store.set("other", "1") }
        try store.set("k", "2", lifetime: .seconds(1))
        #expect(told == ["1", "1", "2", "2"])
        clock.advance(by: .seconds(1))
        loop.runOnce()
        #expect(told.last == .some(nil))
        #expect(store.items([]).isEmpty)
        try store.set("k", "3", lifetime: .seconds(1))
        store.removeAll()
        #expect(loop.timerCount == 0)
        store.isNotifying = false
        let count = told.count
        try store.set("k", "4")
        #expect(told.count == count)
    }
}

@Suite("Subscriptions to configuration")
struct ConfigurationSubscriptionsTests {
    @Test("changes reach those who asked for the key or for all; ids end once")
    func subscriptions() {
        let subscriptions = ConfigurationSubscriptions()
        var told: [String] = []
        var ended: [String] = []
        for (id, keys) in [("one", ["a"]), ("all", [])] {
            var subscription = ConfigurationSubscriptions.Subscription(store: "s", keys: keys) {
                key, _ in told.append(id + " " + key)
            }
            subscription.end = { ended.append(id) }
            subscriptions.add(subscription, id: id)
        }
        subscriptions.tell("s", "a", nil)
        subscriptions.tell("s", "b", nil)
        subscriptions.tell("other", "a", nil)
        #expect(told.sorted() == ["all a", "all b", "one a"])
        #expect(subscriptions.remove("one"))
        #expect(!subscriptions.remove("one"))
        // A client that goes away and then unsubscribes is told that it was right.
        subscriptions.cancel("all")
        #expect(subscriptions.remove("all"))
        #expect(!subscriptions.remove("all"))
        #expect(ended == ["one", "all"])
    }
}
