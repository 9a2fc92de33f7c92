import EventLoop
import Testing

@testable import DaprClient

/// A store, a lossy stream and a consumer around a watch.
struct WatchSimulation {
    private var generator: Generator
    private(set) var store: [String: ConfigurationItem] = [:]
    private(set) var known: [String: ConfigurationItem] = [:]
    private var watch = ConfigurationWatch(keys: [], policy: .init())
    private var now = MonotonicTime(nanoseconds: 0)
    private var stream: Int?
    private var hasID = false
    private var onItsWay: [[String: ConfigurationItem]] = []
    private var reading: [String: ConfigurationItem]?
    private var version = 0

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            // splitmix64
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    init(seed: UInt64) {
        generator = Generator(state: seed)
        perform(watch.start(now: now))
    }

    private mutating func perform(_ actions: [ConfigurationWatch.Action]) {
        for action in actions {
            switch action {
            case .open(let number):
                stream = number
                hasID = false
                onItsWay = []
            case .close(let number, _): if stream == number { stream = nil }
            case .read: reading = store
            }
        }
        while let change = watch.takeChange() {
            for (key, item) in change.updated {
                #expect(known[key] != item, "nothing is told twice")
                known[key] = item
            }
            for key in change.removed {
                #expect(known[key] != nil, "nothing is told twice")
                known[key] = nil
            }
            #expect(change.items == known)
        }
    }

    mutating func step() {
        now = now + .milliseconds(Int.random(in: 0...20_000, using: &generator))
        switch Int.random(in: 0..<8, using: &generator) {
        case 0, 1, 2: changeStore()
        case 3: deliver()
        case 4: endRead(fails: Bool.random(using: &generator))
        case 5 where Int.random(in: 0..<4, using: &generator) == 0:
            if let number = stream.take() {
                perform(
                    watch.streamEnded(
                        number, DaprError(.unavailable, "gone"), now: now, jitter: 0.5))
            }
        case 6: if let number = stream { sayID(number) }
        default: perform(watch.woke(now: now, jitter: 0.5))
        }
    }

    private mutating func changeStore() {
        let key = ["a", "b", "c"].randomElement(using: &generator) ?? "a"
        version += 1
        let isRemoval = Int.random(in: 0..<4, using: &generator) == 0
        store[key] = isRemoval ? nil : ConfigurationItem("v\(version)", version: "\(version)")
        guard hasID, stream != nil, Int.random(in: 0..<3, using: &generator) > 0 else { return }
        onItsWay.append([key: store[key] ?? ConfigurationItem("")])
    }

    private mutating func sayID(_ number: Int) {
        guard !hasID else { return }
        hasID = true
        perform(
            watch.received(ConfigurationUpdate(id: "id\(number)"), from: number, now: now))
    }

    private mutating func deliver() {
        guard let number = stream, hasID, !onItsWay.isEmpty else { return }
        let items = onItsWay.removeFirst()
        perform(
            watch.received(
                ConfigurationUpdate(id: "id\(number)", items: items), from: number, now: now))
    }

    private mutating func endRead(fails: Bool) {
        guard let items = reading.take() else { return }
        perform(
            fails
                ? watch.readFailed(DaprError(.unavailable, "away"), now: now, jitter: 0.5)
                : watch.read(items, now: now, jitter: 0.5))
    }

    /// Nothing changes any more, and everything works.
    mutating func settle() {
        for _ in 0..<20 {
            while !onItsWay.isEmpty, stream != nil, hasID { deliver() }
            if let number = stream { sayID(number) }
            endRead(fails: false)
            now = now + .seconds(70)
            perform(watch.woke(now: now, jitter: 0.5))
        }
    }
}
