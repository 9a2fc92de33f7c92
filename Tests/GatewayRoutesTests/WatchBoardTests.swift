import DaprClient
import Testing

@testable import GatewayRoutes

@Suite("What is known of watched configuration items")
struct WatchBoardTests {
    private static let start = ContinuousClock.now
    private let subject = WatchBoard.Subject(store: "s", key: "k")

    private func at(_ seconds: Double) -> ContinuousClock.Instant {
        Self.start + .seconds(seconds)
    }

    private func change(_ value: Int) -> ConfigurationChange {
        let items = ["k": ConfigurationItem("\(value)", version: "\(value)")]
        return ConfigurationChange(updated: items, items: items)
    }

    @Test("somebody new is told the state, then each change once")
    func changes() {
        var board = WatchBoard(idle: .seconds(60))
        let (cursor, isNew) = board.enter(subject)
        #expect(isNew)
        #expect(!board.enter(subject).isNew)
        var cursors = [cursor]
        #expect(board.news(for: &cursors).isEmpty)
        _ = board.tell(cursor, change(1))
        #expect(board.news(for: &cursors).map(\.news) == [.state(change(1).items)])
        #expect(board.news(for: &cursors).isEmpty)
        for value in 2...4 { _ = board.tell(cursor, change(value)) }
        #expect(board.news(for: &cursors).map(\.news) == [.changes((2...4).map(change))])
    }

    @Test("who is too far behind is told the state")
    func behind() {
        var board = WatchBoard(idle: .seconds(60))
        var cursors = [board.enter(subject).cursor]
        _ = board.tell(cursors[0], change(1))
        _ = board.news(for: &cursors)
        let last = WatchBoard.longestLog + 2
        for value in 2...last { _ = board.tell(cursors[0], change(value)) }
        #expect(board.news(for: &cursors).map(\.news) == [.state(change(last).items)])
    }

    @Test("nothing is told of several items before all of them are known")
    func several() {
        var board = WatchBoard(idle: .seconds(60))
        let other = WatchBoard.Subject(store: "s", key: "other")
        var cursors = [board.enter(subject).cursor, board.enter(other).cursor]
        _ = board.tell(cursors[0], change(1))
        #expect(board.news(for: &cursors).isEmpty)
        _ = board.tell(cursors[1], ConfigurationChange(updated: [:], items: [:]))
        #expect(board.news(for: &cursors).count == 2)
    }

    @Test("those who wait are told of their own items, or that the time is up")
    func waiting() {
        var board = WatchBoard(idle: .seconds(60))
        let other = board.enter(WatchBoard.Subject(store: "s", key: "other")).cursor
        let cursor = board.enter(subject).cursor
        board.wait(1, for: [cursor], until: at(5))
        board.wait(2, for: [other], until: at(9))
        #expect(board.due == at(5))
        #expect(board.tell(cursor, change(1)) == [1])
        #expect(board.due == at(9))
        #expect(board.woke(now: at(8)).late.isEmpty)
        #expect(board.woke(now: at(9)).late == [2])
    }

    @Test("an item that nobody watches is let go, but not at once")
    func idle() {
        var board = WatchBoard(idle: .seconds(60))
        let first = board.enter(subject).cursor
        let second = board.enter(subject).cursor
        board.leave(first, now: at(1))
        #expect(board.due == nil)
        board.leave(second, now: at(2))
        #expect(board.due == at(62))
        #expect(board.woke(now: at(61)).unwanted.isEmpty)
        #expect(!board.enter(subject).isNew)
        board.leave(first, now: at(70))
        #expect(board.woke(now: at(130)).unwanted == [subject])
        #expect(board.count == 0)
        #expect(!board.isFollowed(first))
    }

    @Test("news of a subscription that was given up are for nobody")
    func generations() {
        var board = WatchBoard(idle: .seconds(60))
        let old = board.enter(subject).cursor
        board.wait(1, for: [old], until: at(5))
        #expect(board.forget(old) == [1])
        let new = board.enter(subject).cursor
        #expect(board.isFollowed(new) && !board.isFollowed(old))
        #expect(board.tell(old, change(1)).isEmpty)
        board.leave(old, now: at(1))
        #expect(board.due == nil, "the new one is still watched")
    }
}
