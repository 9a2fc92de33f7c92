import EventLoop
import Testing

@testable import DaprClient

/// What happens to a watch, and what it then wants.
enum WatchStep: Sendable {
    typealias Items = [String: ConfigurationItem]

    case start
    /// The stream of that number says its id.
    case id(Int)
    case told(Int, Items)
    case ended(Int, DaprError.Kind?)
    case read(Items)
    case readFailed(DaprError.Kind)
    /// Time passes; what is due is done.
    case after(Duration)
    case stop

    /// The watch wants exactly this since the last look.
    case wants([ConfigurationWatch.Action])
    /// The consumer is told this.
    case change(Items, removed: Set<String> = [])
    case nothing
    /// When it has to be woken, from now.
    case due(Duration?)
    case over(DaprError.Kind?)
}

/// A story of a watch of `a` and `b`.
struct WatchStory: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var policy = ConfigurationWatch.Policy()
    var steps: [WatchStep]

    init(
        _ title: String, policy: ConfigurationWatch.Policy = .init(), _ steps: [WatchStep]
    ) {
        testDescription = title
        self.policy = policy
        self.steps = steps
    }

    /// With half the jitter intervals are as configured, and pauses a tenth shorter.
    func play() {
        var watch = ConfigurationWatch(keys: ["a", "b"], policy: policy)
        var now = MonotonicTime(nanoseconds: 1_000_000_000)
        var wanted: [ConfigurationWatch.Action] = []
        for (index, step) in steps.enumerated() {
            let place: Comment = "step \(index): \(step)"
            switch step {
            case .start: wanted += watch.start(now: now)
            case .id(let number):
                wanted += watch.received(
                    ConfigurationUpdate(id: "id\(number)"), from: number, now: now)
            case .told(let number, let items):
                wanted += watch.received(
                    ConfigurationUpdate(id: "id\(number)", items: items), from: number, now: now)
            case .ended(let number, let kind):
                wanted += watch.streamEnded(
                    number, kind.map { DaprError($0, "test") }, now: now, jitter: 0.5)
            case .read(let items): wanted += watch.read(items, now: now, jitter: 0.5)
            case .readFailed(let kind):
                wanted += watch.readFailed(DaprError(kind, "test"), now: now, jitter: 0.5)
            case .after(let time):
                now = now + time
                wanted += watch.woke(now: now, jitter: 0.5)
            case .stop: wanted += watch.stop()
            case .wants(let actions):
                #expect(wanted == actions, place)
                wanted = []
            case .change(let updated, let removed):
                let change = watch.takeChange()
                #expect(change?.updated == updated, place)
                #expect(change?.removed == removed, place)
            case .nothing: #expect(watch.takeChange() == nil, place)
            case .due(let time): #expect(watch.due.map { $0 - now } == time, place)
            case .over(let kind):
                #expect(watch.isOver, place)
                #expect(watch.failure?.kind == kind, place)
            }
        }
        #expect(wanted == [], "something was wanted that the story does not tell")
    }

    static let all = beginnings + changes + reconnections + confirmations + ends
}

private func item(_ value: String, _ version: String = "") -> ConfigurationItem {
    ConfigurationItem(value, version: version)
}

private let opened: [WatchStep] = [.start, .wants([.open(1)]), .id(1), .wants([.read])]
private let one: WatchStep.Items = ["a": item("1")]
/// Watching, and the consumer knows that `a` is 1.
private let running: [WatchStep] = opened + [.read(one), .change(one)]

extension WatchStory {
    fileprivate static let beginnings = [
        WatchStory(
            "it subscribes, reads when the stream is open, and tells everything first",
            opened + [.nothing, .read(one), .change(one), .nothing]),
        WatchStory("no item at all is a first change too", opened + [.read([:]), .change([:])]),
        WatchStory(
            "a read that fails is repeated with growing pauses",
            opened + [
                .readFailed(.componentFailed), .due(.milliseconds(225)),
                .after(.milliseconds(225)), .wants([.read]), .readFailed(.unavailable),
                .due(.milliseconds(450)), .after(.milliseconds(450)), .wants([.read]),
                .read(one), .change(one),
            ]),
        WatchStory(
            "a sidecar that is not there yet is waited for, up to half a minute each time",
            [.start, .wants([.open(1)]), .ended(1, .unavailable), .due(.milliseconds(225))]
                + (2...9).flatMap { number -> [WatchStep] in
                    [
                        .after(.seconds(27)), .wants([.open(number)]),
                        .ended(number, .unavailable),
                    ]
                } + [.due(.seconds(27)), .nothing]),
        WatchStory(
            "a stream that does not say its id is replaced",
            [
                .start, .wants([.open(1)]), .due(.seconds(10)), .after(.seconds(10)),
                .wants([.close(1, id: nil)]), .ended(1, .cancelled),
                .due(.milliseconds(225)), .after(.milliseconds(225)), .wants([.open(2)]),
                .id(1), .wants([]), .id(2), .wants([.read]),
            ]),
    ]

    fileprivate static let changes = [
        WatchStory(
            "a change is told once, however often it comes",
            running + [
                .told(1, ["a": item("2")]), .change(["a": item("2")]), .nothing,
                .told(1, ["a": item("2")]), .nothing,
                .told(1, ["a": item("2", "9")]), .change(["a": item("2", "9")]),
            ]),
        WatchStory(
            "an item without anything means that the key is gone, told once",
            running + [
                .told(1, ["a": item("")]), .change([:], removed: ["a"]), .nothing,
                .told(1, ["a": item(""), "b": item("")]), .nothing,
            ]),
        WatchStory(
            "keys that nobody asked for do not matter",
            running + [.told(1, ["c": item("2")]), .nothing]),
        WatchStory(
            "changes that nobody takes become one, and one that is undone becomes none",
            running + [
                .told(1, ["a": item("2")]), .told(1, ["b": item("1")]),
                .told(1, ["a": item("3")]), .change(["a": item("3"), "b": item("1")]),
                .told(1, ["a": item("4")]), .told(1, ["a": item("3")]), .nothing,
                .told(1, ["b": item("")]), .told(1, ["b": item("1")]), .nothing,
            ]),
        WatchStory(
            "what the stream tells during a read is newer than what the read gives",
            opened + [
                .told(1, ["a": item("2")]), .nothing, .read(["a": item("1"), "b": item("1")]),
                .change(["a": item("2"), "b": item("1")]),
            ]),
        WatchStory(
            "unless their versions are numbers that say otherwise",
            opened + [
                .told(1, ["a": item("x", "9")]), .read(["a": item("y", "10")]),
                .change(["a": item("y", "10")]),
            ]),
        WatchStory(
            "news with an older version is not told, but makes it read: it was late",
            opened + [
                .read(["a": item("y", "10")]), .change(["a": item("y", "10")]),
                .told(1, ["a": item("x", "9")]), .wants([.read]), .nothing,
                .read(["a": item("y", "10")]), .nothing, .wants([]),
            ]),
        WatchStory(
            "or somebody went back to an old version, which the read confirms",
            opened + [
                .read(["a": item("y", "10")]), .change(["a": item("y", "10")]),
                .told(1, ["a": item("x", "9")]), .wants([.read]),
                .read(["a": item("x", "9")]), .change(["a": item("x", "9")]), .wants([]),
            ]),
    ]

    fileprivate static let reconnections = [
        WatchStory(
            "after a reconnection what changed meanwhile is told, once",
            running + [
                .ended(1, .unavailable), .due(.milliseconds(225)), .after(.milliseconds(225)),
                .wants([.open(2)]), .id(2), .wants([.read]), .read(["b": item("1")]),
                .change(["b": item("1")], removed: ["a"]), .nothing,
            ]),
        WatchStory(
            "and nothing if nothing did",
            running + [
                .ended(1, nil), .after(.milliseconds(225)), .wants([.open(2)]), .id(2),
                .wants([.read]), .read(one), .nothing,
            ]),
        WatchStory(
            "news of a stream that was given up do not matter",
            running + [
                .ended(1, .unavailable), .after(.seconds(1)), .wants([.open(2)]),
                .told(1, ["a": item("old")]), .ended(1, .unavailable), .id(2), .wants([.read]),
                .read(one), .nothing,
            ]),
        WatchStory(
            "a read that began before the stream was open does not count as one after it",
            running + [
                .after(.seconds(60)), .wants([.read]), .ended(1, .unavailable),
                .after(.seconds(1)), .wants([.open(2)]), .id(2), .wants([]),
                .read(one), .wants([.read]), .read(["a": item("2")]),
                .change(["a": item("2")]), .wants([]),
            ]),
        WatchStory(
            "streams that end soon are opened less and less often",
            running + [
                .ended(1, nil), .after(.milliseconds(225)), .wants([.open(2)]), .id(2),
                .wants([.read]), .read(one), .ended(2, nil), .due(.milliseconds(450)),
                .after(.milliseconds(450)), .wants([.open(3)]), .id(3), .wants([.read]),
                .read(one), .after(.seconds(10)), .ended(3, nil), .due(.milliseconds(225)),
            ]),
    ]

    fileprivate static let confirmations = [
        WatchStory(
            "what is known is confirmed every now and then",
            running + [
                .due(.seconds(60)), .after(.seconds(60)), .wants([.read]), .due(nil),
                .read(one), .nothing, .wants([]), .due(.seconds(60)),
            ]),
        WatchStory(
            "a stream that missed something is replaced, and what it missed is told",
            running + [
                .after(.seconds(60)), .wants([.read]), .read(["a": item("2")]),
                .change(["a": item("2")]), .wants([.close(1, id: "id1"), .open(2)]),
                .told(1, ["a": item("1")]), .nothing, .id(2), .wants([.read]),
                .read(["a": item("2")]), .nothing, .wants([]),
            ]),
        WatchStory(
            "one that told of it during the read is alive",
            running + [
                .after(.seconds(60)), .wants([.read]), .told(1, ["a": item("2")]),
                .change(["a": item("2")]), .read(["a": item("2")]), .nothing, .wants([]),
            ]),
        WatchStory(
            "zero turns it off", policy: .init(confirmation: .zero),
            running + [.due(nil), .after(.seconds(100_000)), .wants([])]),
        WatchStory(
            "without streams it reads again and again",
            [
                .start, .wants([.open(1)]), .ended(1, .notSupported), .wants([.read]),
                .read(one), .change(one), .due(.seconds(5)), .after(.seconds(5)),
                .wants([.read]), .read(one), .nothing, .after(.seconds(5)), .wants([.read]),
                .readFailed(.unavailable), .due(.milliseconds(225)),
                .after(.milliseconds(225)), .wants([.read]), .read([:]),
                .change([:], removed: ["a"]), .due(.seconds(5)),
            ]),
    ]

    fileprivate static let ends = [
        WatchStory(
            "an unknown store ends it, told by the stream",
            [.start, .wants([.open(1)]), .ended(1, .noSuchComponent), .over(.noSuchComponent)]),
        WatchStory(
            "or by the read, and then the stream is let go",
            opened + [
                .readFailed(.noSuchComponent), .wants([.close(1, id: "id1")]),
                .over(.noSuchComponent), .due(nil),
            ]),
        WatchStory(
            "once it has worked, the third time in a row ends it",
            running + [
                .ended(1, .noSuchComponent), .after(.seconds(1)), .wants([.open(2)]),
                .ended(2, .noSuchComponent), .after(.seconds(1)), .wants([.open(3)]),
                .ended(3, .noSuchComponent), .over(.noSuchComponent),
            ]),
        WatchStory(
            "while a component is loaded anew, it is unknown for a moment",
            running + [
                .after(.seconds(60)), .wants([.read]), .readFailed(.noSuchComponent),
                .after(.seconds(1)), .wants([.read]), .readFailed(.noSuchComponent),
                .after(.seconds(1)), .wants([.read]), .read(one), .nothing,
                .after(.seconds(60)), .wants([.read]), .readFailed(.noSuchComponent),
                .due(.milliseconds(225)),
            ]),
        WatchStory(
            "when nobody wants to know any more, it unsubscribes, and does nothing else",
            running + [
                .stop, .wants([.close(1, id: "id1")]), .over(nil), .due(nil),
                .told(1, ["a": item("2")]), .ended(1, nil), .read(one),
                .after(.seconds(100)), .stop, .wants([]),
            ]),
        WatchStory(
            "a stream that has not said its id is only let go",
            [.start, .wants([.open(1)]), .stop, .wants([.close(1, id: nil)])]),
        WatchStory(
            "between two streams there is nothing to let go",
            running + [.ended(1, nil), .stop, .wants([])]),
    ]
}

@Suite("Watching a configuration store")
struct ConfigurationWatchTests {
    @Test("it does what its story says", arguments: WatchStory.all)
    func story(story: WatchStory) {
        story.play()
    }

    @Test("whatever is lost, late or torn down, in the end the consumer knows what the store has")
    func random() {
        for seed in 0..<2000 {
            var simulation = WatchSimulation(seed: UInt64(seed))
            for _ in 0..<60 { simulation.step() }
            simulation.settle()
            #expect(simulation.known == simulation.store, "seed \(seed)")
        }
    }
}
