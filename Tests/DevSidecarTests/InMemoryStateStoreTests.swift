import EventLoop
import TestSupport
import Testing

@testable import DevSidecar

/// A store on a clock that the test moves.
private struct Fixture {
    let clock = ManualClock()
    let store: InMemoryStateStore

    init() throws {
        let loop = try EventLoop(clock: clock)
        store = InMemoryStateStore(clock: WallClock(loop: loop))
    }

    func set(
        _ key: String, _ value: String, etag: String? = nil, concurrency: String = "",
        ttl: String? = nil
    ) throws(StateFault) {
        try store.perform(Self.write(key, value, etag: etag, concurrency: concurrency, ttl: ttl))
    }

    static func write(
        _ key: String, _ value: String, etag: String? = nil, concurrency: String = "",
        ttl: String? = nil
    ) -> StateWrite {
        StateWrite(
            key: key, kind: .set(Array(value.utf8)), etag: etag, concurrency: concurrency, ttl: ttl)
    }

    func value(_ key: String) -> String? {
        store.entry(key).map { String(decoding: $0.data, as: UTF8.self) }
    }
}

@Suite("In-memory state store")
struct InMemoryStateStoreTests {
    @Test("every write gives a new etag, and only the current one lets a write through")
    func etags() throws {
        let fixture = try Fixture()
        try fixture.set("k", "1")
        let first = try #require(fixture.store.entry("k")?.etag)
        try fixture.set("k", "2", etag: first)
        let second = try #require(fixture.store.entry("k")?.etag)
        #expect(first != second)
        #expect(throws: StateFault.self) { try fixture.set("k", "3", etag: first) }
        #expect(fixture.value("k") == "2")
    }

    @Test("the fault of a stale etag names both etags")
    func staleEtag() throws {
        let fixture = try Fixture()
        try fixture.set("app||k", "1")
        let current = try #require(fixture.store.entry("app||k")?.etag)
        do throws(StateFault) {
            try fixture.set("app||k", "2", etag: "old")
            Issue.record("the write went through")
        } catch {
            #expect(error.isMismatch)
            #expect(
                error.text == "possible etag mismatch. error from state store: "
                    + "state etag not match for key=app||k: current=\(current), expect=old")
        }
    }

    @Test("an etag on a key that does not exist is a mismatch")
    func etagOfMissingKey() throws {
        let fixture = try Fixture()
        #expect(throws: StateFault.self) { try fixture.set("k", "1", etag: "x") }
        #expect(fixture.value("k") == nil)
    }

    @Test("an empty etag is none")
    func emptyEtag() throws {
        let fixture = try Fixture()
        try fixture.set("k", "1")
        try fixture.set("k", "2", etag: "")
        #expect(fixture.value("k") == "2")
    }

    @Test("first-write without an etag creates, but does not overwrite")
    func firstWrite() throws {
        let fixture = try Fixture()
        try fixture.set("k", "1", concurrency: "first-write")
        #expect(throws: StateFault.self) {
            try fixture.set("k", "2", concurrency: "first-write")
        }
        try fixture.set("k", "3")
        #expect(fixture.value("k") == "3")
    }

    @Test("an entry is gone when its time is over, and is then free for first-write")
    func expiry() throws {
        let fixture = try Fixture()
        try fixture.set("k", "1", ttl: "10")
        #expect(fixture.store.entry("k")?.expiry != nil)
        fixture.clock.advance(by: .seconds(9))
        #expect(fixture.value("k") == "1")
        fixture.clock.advance(by: .seconds(2))
        #expect(fixture.value("k") == nil)
        try fixture.set("k", "2", concurrency: "first-write")
        #expect(fixture.value("k") == "2")
    }

    @Test("a write without a ttl takes the old one away")
    func ttlIsCleared() throws {
        let fixture = try Fixture()
        try fixture.set("k", "1", ttl: "1")
        try fixture.set("k", "2")
        fixture.clock.advance(by: .seconds(100))
        #expect(fixture.value("k") == "2")
    }

    @Test(
        "a ttl of zero or less, or an empty one, never expires", arguments: ["0", "-1", "-5", ""])
    func endlessTTL(ttl: String) throws {
        let fixture = try Fixture()
        try fixture.set("k", "1", ttl: ttl)
        fixture.clock.advance(by: .seconds(1000))
        #expect(fixture.value("k") == "1")
    }

    @Test("a ttl that is no integer is refused in Go's words", arguments: ["abc", "1.5", "1 "])
    func badTTL(ttl: String) throws {
        let fixture = try Fixture()
        do throws(StateFault) {
            try fixture.set("k", "1", ttl: ttl)
            Issue.record("the write went through")
        } catch {
            #expect(error.text == "strconv.Atoi: parsing \"\(ttl)\": invalid syntax")
        }
    }

    @Test("a transaction with one fault changes nothing")
    func rollback() throws {
        let fixture = try Fixture()
        try fixture.set("a", "1")
        #expect(throws: StateFault.self) {
            try fixture.store.transact([
                Fixture.write("new", "1"),
                StateWrite(key: "a", kind: .delete),
                Fixture.write("a", "2", etag: "stale"),
            ])
        }
        #expect(fixture.value("a") == "1")
        #expect(fixture.value("new") == nil)
    }

    @Test("a transaction does its writes in order")
    func transactionOrder() throws {
        let fixture = try Fixture()
        try fixture.store.transact([
            Fixture.write("a", "1"), StateWrite(key: "a", kind: .delete), Fixture.write("a", "2"),
            StateWrite(key: "missing", kind: .delete),
        ])
        #expect(fixture.value("a") == "2")
    }

    @Test("keys are bytes: composed and decomposed letters are different")
    func keysAreBytes() throws {
        let fixture = try Fixture()
        try fixture.set("\u{E9}", "composed")
        try fixture.set("e\u{301}", "decomposed")
        #expect(fixture.value("\u{E9}") == "composed")
        #expect(fixture.value("e\u{301}") == "decomposed")
        #expect(fixture.store.all.count == 2)
    }

    @Test("options that nobody knows are refused", arguments: [("banana", ""), ("", "maybe")])
    func unknownOptions(concurrency: String, consistency: String) throws {
        let fixture = try Fixture()
        var write = Fixture.write("k", "1", concurrency: concurrency)
        write.consistency = consistency
        #expect(throws: StateFault.self) { try fixture.store.perform(write) }
    }

    @Test("etags look like random UUIDs of version 4")
    func uuids() {
        let ids = (0..<100).map { _ in RandomUUID.make() }
        #expect(Set(ids).count == 100)
        for id in ids {
            let parts = id.split(separator: "-")
            #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
            #expect(parts[2].first == "4")
            #expect("89ab".contains(parts[3].prefix(1)))
        }
    }
}
