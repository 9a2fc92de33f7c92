import HTTP2

/// Repeatable random numbers (SplitMix64).
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

/// In which pieces bytes arrive.
enum Slicing: Hashable, Sendable {
    case whole
    case bytewise
    case random(seed: UInt64)

    static let all: [Slicing] = [.whole, .bytewise, .random(seed: 1), .random(seed: 2)]
}

/// A client and a server session, wired to each other in memory.
final class Pair {
    let client: HTTP2Session
    let server: HTTP2Session
    let clientSide = SessionRecorder()
    let serverSide = SessionRecorder()
    private let slicing: Slicing
    private var random: Seeded

    init(
        client: HTTP2Configuration = HTTP2Configuration(),
        server: HTTP2Configuration = HTTP2Configuration(), slicing: Slicing = .whole
    ) throws {
        self.client = try HTTP2Session(role: .client, configuration: client)
        self.server = try HTTP2Session(role: .server, configuration: server)
        self.slicing = slicing
        if case .random(let seed) = slicing {
            random = Seeded(state: seed)
        } else {
            random = Seeded(state: 0)
        }
        self.client.delegate = clientSide
        self.server.delegate = serverSide
    }

    /// Moves bytes both ways until both sides are silent.
    func pump() throws {
        while true {
            let fromClient = try Self.drain(client)
            try deliver(fromClient, to: server)
            let fromServer = try Self.drain(server)
            try deliver(fromServer, to: client)
            if fromClient.isEmpty && fromServer.isEmpty { return }
        }
    }

    /// All that a session has to send now, taken in small portions.
    static func drain(_ session: HTTP2Session) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while session.wantsWrite {
            let before = bytes.count
            try session.drain(into: &bytes, limit: before + 5_000)
            if bytes.count == before { break }
        }
        return bytes
    }

    func deliver(_ bytes: [UInt8], to session: HTTP2Session) throws {
        var start = 0
        while start < bytes.count {
            let length =
                switch slicing {
                case .whole: bytes.count
                case .bytewise: 1
                case .random: Int.random(in: 1...200, using: &random)
                }
            let end = min(start + length, bytes.count)
            try session.receive(Array(bytes[start..<end]))
            start = end
        }
    }
}

extension HeaderBlock {
    init(_ fields: KeyValuePairs<String, String>) throws {
        self.init()
        for (name, value) in fields { try append(name, value) }
    }

    static func request(_ path: String = "/", method: String = "POST") throws -> HeaderBlock {
        try HeaderBlock([
            ":method": method, ":scheme": "http", ":path": path, ":authority": "localhost",
        ])
    }

    static func response(_ status: Int = 200) throws -> HeaderBlock {
        try HeaderBlock([":status": "\(status)"])
    }

    var fields: [String] {
        map { String(decoding: $0.name + [0x3d] + $0.value, as: UTF8.self) }
    }
}

/// Bytes that differ from each other, so that a wrong order shows. The period is a prime number,
/// so that no frame or window is a multiple of it.
func pattern(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var random = Seeded(state: seed)
    let period = (0..<251).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += period.prefix(count - bytes.count) }
    return bytes
}
