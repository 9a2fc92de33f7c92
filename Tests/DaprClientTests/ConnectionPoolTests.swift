import EventLoop
import Testing

@testable import DaprClient

/// The pool's world without sockets: carries out its actions at once, on a clock of its own.
private struct World: ~Copyable {
    var pool: ConnectionPool<Int>
    var now = MonotonicTime(nanoseconds: 0)
    var dialing: [Int] = []
    var running: [Int: Int] = [:]
    var failed: [Int: String] = [:]
    var closed: [Int] = []

    init(_ policy: ConnectionPool<Int>.Policy = .init()) {
        pool = ConnectionPool(policy: policy)
    }

    mutating func call(_ call: Int, isProbe: Bool = false) {
        switch pool.take(call, now: now, isProbe: isProbe) {
        case .run(let id): running[call] = id
        case .wait: break
        case .waitAndDial(let id): dialing.append(id)
        case .fail(let reason): failed[call] = reason
        }
    }

    mutating func perform(_ actions: [ConnectionPool<Int>.Action]) {
        for action in actions {
            switch action {
            case .dial(let id): dialing.append(id)
            case .run(let call, let id): running[call] = id
            case .fail(let call, let reason): failed[call] = reason
            case .close(let id): closed.append(id)
            }
        }
    }

    mutating func connect(_ id: Int, streamLimit: Int = 100) {
        dialing.removeAll { $0 == id }
        perform(pool.connected(id))
        perform(pool.settled(id, streamLimit: streamLimit, now: now))
    }

    mutating func lose(_ id: Int, _ reason: String = "gone", jitter: Double = 0) {
        dialing.removeAll { $0 == id }
        perform(pool.closed(id, reason, now: now, jitter: jitter))
    }

    mutating func finish(_ call: Int) {
        guard let id = running.removeValue(forKey: call) else { return }
        if let action = pool.streamEnded(on: id) { perform([action]) }
    }

    mutating func pass(_ duration: Duration) { now = now + duration }
}

@Suite("The connection pool, in a mock world")
struct ConnectionPoolTests {
    @Test("the first call dials, later ones ride along, and all run when the connection is there")
    func oneConnection() {
        var world = World()
        for call in 1...3 { world.call(call) }
        #expect(world.dialing == [1])
        #expect(world.pool.waitingCount == 3)
        world.connect(1)
        #expect(world.running == [1: 1, 2: 1, 3: 1])
        world.call(4)
        #expect(world.running[4] == 1)
    }

    @Test("a full connection gets company, up to the limit; then calls wait for a stream")
    func moreConnections() {
        var world = World(.init(maxConnections: 2))
        world.call(1)
        world.connect(1, streamLimit: 2)
        for call in 2...5 { world.call(call) }
        #expect(world.running == [1: 1, 2: 1])
        #expect(world.dialing == [2])
        world.connect(2, streamLimit: 2)
        // Before its SETTINGS came, a limit of 100 was assumed.
        #expect(world.running[3] == 2 && world.running[4] == 2 && world.running[5] == 2)
        world.call(6)
        #expect(world.pool.waitingCount == 1)
        #expect(world.dialing.isEmpty)
        world.finish(3)
        #expect(world.pool.waitingCount == 1)
        world.finish(2)
        #expect(world.running[6] == 1)
    }

    @Test("calls that wait are tried on one connection at a time")
    func dialsOnce() {
        var world = World()
        for call in 1...250 { world.call(call) }
        #expect(world.dialing == [1])
        world.connect(1, streamLimit: 100)
        #expect(world.running.count == 100)
        #expect(world.dialing == [2])
    }

    @Test("a failed dial fails what waits, and the next calls at once, with the reason")
    func failsFast() {
        var world = World()
        world.call(1)
        world.lose(1, "connect: Connection refused (111)")
        #expect(world.failed == [1: "connect: Connection refused (111)"])
        world.call(2)
        #expect(world.failed[2] == "connect: Connection refused (111)")
        #expect(world.dialing.isEmpty)
    }

    @Test("the back-off is 100 ms, doubles up to 10 s, and starts again after a success")
    func backOff() {
        var world = World()
        for (index, milliseconds) in [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]
            .enumerated()
        {
            world.call(index)
            #expect(world.dialing == [index + 1])
            world.lose(index + 1)
            world.pass(.milliseconds(milliseconds - 1))
            world.call(1000 + index)
            #expect(world.dialing.isEmpty)
            world.pass(.milliseconds(1))
        }
        world.call(100)
        world.connect(10)
        world.finish(100)
        world.lose(10)
        world.call(101)
        world.lose(11)
        world.pass(.milliseconds(100))
        world.call(102)
        #expect(world.dialing == [12])
    }

    @Test("jitter takes up to a fifth off a back-off")
    func jitter() {
        var world = World()
        world.call(1)
        world.lose(1, jitter: 1)
        world.pass(.milliseconds(79))
        world.call(2)
        #expect(world.dialing.isEmpty)
        world.pass(.milliseconds(2))
        world.call(3)
        #expect(world.dialing == [2])
    }

    @Test("a probe dials although the back-off is not over")
    func probe() {
        var world = World()
        world.call(1)
        world.lose(1)
        world.call(2, isProbe: true)
        #expect(world.dialing == [2])
        world.call(3)
        world.connect(2)
        #expect(world.running == [2: 2, 3: 2])
    }

    @Test("after GOAWAY what runs goes on, new calls get a new connection, and the old one closes")
    func goAway() {
        var world = World()
        world.call(1)
        world.connect(1)
        world.perform(world.pool.retire(1, now: world.now))
        #expect(world.closed.isEmpty)
        world.call(2)
        #expect(world.dialing == [2])
        world.connect(2)
        #expect(world.running == [1: 1, 2: 2])
        world.finish(1)
        #expect(world.closed == [1])
    }

    @Test("when it is told that the sidecar is there, the next call dials, and failures count anew")
    func leaveBackOff() {
        var world = World()
        for _ in 0..<5 {
            world.call(1)
            world.lose(world.dialing[0], "refused")
            world.pass(.seconds(10))
        }
        world.call(1)
        world.lose(world.dialing[0], "refused")
        world.call(2)
        #expect(world.failed[2] == "refused")
        world.pool.leaveBackOff()
        #expect(world.dialing.isEmpty)
        world.call(3)
        #expect(world.dialing.count == 1)
        world.lose(world.dialing[0], "refused")
        world.pass(.milliseconds(100))
        world.call(4)
        #expect(world.dialing.count == 1)
    }

    @Test("an idle GOAWAY closes the connection, and the next call dials without a back-off")
    func idleGoAway() {
        var world = World()
        world.call(1)
        world.connect(1)
        world.finish(1)
        world.perform(world.pool.retire(1, now: world.now))
        #expect(world.closed == [1])
        world.lose(1)
        #expect(world.dialing.isEmpty)
        world.call(2)
        #expect(world.dialing == [2])
    }

    @Test("a connection that ends before it proved itself counts as a failed dial")
    func unproven() {
        var world = World()
        world.call(1)
        world.dialing = []
        world.perform(world.pool.connected(1))
        #expect(world.running == [1: 1])
        world.lose(1, "not HTTP/2")
        world.call(2)
        #expect(world.failed[2] == "not HTTP/2")
    }

    @Test("a call that was withdrawn does not run, and the one behind it does")
    func withdraw() {
        var world = World()
        world.call(1)
        world.call(2)
        world.pool.withdraw(1)
        world.connect(1)
        #expect(world.running == [2: 1])
        #expect(world.pool.waitingCount == 0)
    }

    @Test("a refused call waits at the head of the queue for the stream that ends next")
    func refused() {
        var world = World(.init(maxConnections: 1))
        world.call(1)
        world.connect(1)
        world.call(2)
        world.running[2] = nil
        world.perform(world.pool.refused(2, by: 1, limit: 1, now: world.now))
        world.call(3)
        #expect(world.pool.waitingCount == 2)
        world.finish(1)
        #expect(world.running == [2: 1])
    }

    @Test("more than the bound of waiting calls fail at once")
    func boundedQueue() {
        var world = World(.init(maxWaiting: 2))
        for call in 1...3 { world.call(call) }
        #expect(world.failed.keys.sorted() == [3])
    }

    @Test("shutting down fails what waits, closes the connections, and takes no call any more")
    func shutDown() {
        var world = World(.init(maxConnections: 1))
        world.call(1)
        world.connect(1, streamLimit: 1)
        world.call(2)
        world.perform(world.pool.shutDown())
        #expect(world.failed.keys.sorted() == [2])
        #expect(world.closed == [1])
        world.lose(1)
        world.call(3)
        #expect(world.failed[3] == "the client is shut down")
        #expect(world.dialing.isEmpty)
    }

    @Test("whatever happens, each call ends once and nothing waits without hope", arguments: 0..<20)
    func randomWalk(seed: UInt64) {
        var random = Seeded(state: seed &+ 1)
        var world = World(.init(maxConnections: 2, maxWaiting: 50))
        var next = 0
        for _ in 0..<2000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...4:
                world.call(next)
                next += 1
            case 5, 6: if let call = world.running.keys.min() { world.finish(call) }
            case 7:
                if let id = world.dialing.first {
                    let limit = Int.random(in: 1...3, using: &random)
                    Bool.random(using: &random)
                        ? world.connect(id, streamLimit: limit) : world.lose(id)
                }
            case 8:
                if let id = world.running.values.min() {
                    // Its calls end first, each of them failed by its stream.
                    let calls = world.running.filter { $0.value == id }.keys
                    for call in calls {
                        world.running[call] = nil
                        world.failed[call] = "lost"
                    }
                    world.lose(id)
                }
            default: world.pass(.milliseconds(Int.random(in: 0..<300, using: &random)))
            }
            #expect(Set(world.running.keys).isDisjoint(with: world.failed.keys))
            if world.pool.waitingCount > 0 {
                #expect(!world.dialing.isEmpty || !world.running.isEmpty)
            }
        }
    }
}

/// A generator that gives the same numbers every time.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
