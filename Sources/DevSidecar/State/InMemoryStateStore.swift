import EventLoop
import JSON

/// One write to a state store.
struct StateWrite {
    enum Kind {
        case set([UInt8])
        case delete
    }

    /// With its prefix.
    var key: String
    var kind: Kind
    /// Whether the value is JSON to the store, rather than bytes.
    var isDocument = false
    /// What the stored entry must have; nil or empty for anything.
    var etag: String?
    /// `first-write`, `last-write`, empty, or something that is refused.
    var concurrency = ""
    /// `strong`, `eventual`, empty, or something that is refused.
    var consistency = ""
    /// The text of `ttlInSeconds`.
    var ttl: String?
}

/// Why a write did not happen.
enum StateFault: Error {
    /// What the store says more about it, where it does.
    case etagMismatch(String?)
    /// The etag is none of this store's.
    case invalidETag(String)
    case other(String)

    var isMismatch: Bool {
        if case .etagMismatch = self { true } else { false }
    }

    /// As the store reports it.
    var text: String {
        switch self {
        case .etagMismatch(let text):
            "possible etag mismatch. error from state store" + (text.map { ": " + $0 } ?? "")
        case .invalidETag(let text): "invalid etag value: " + text
        case .other(let text): text
        }
    }
}

/// Which component a store behaves like.
enum StateDialect: String {
    case inMemory = "state.in-memory"
    case postgreSQL = "state.postgresql"
    case sqlite = "state.sqlite"
}

/// The component `state.in-memory`, and others that are kept in memory here.
final class InMemoryStateStore {
    /// A stored value.
    struct Entry {
        var data: [UInt8]
        var etag: String
        /// Seconds since 1970 at which it is gone.
        var expiry: Int64?
        /// The value, where the store has it as JSON.
        var document: JSONValue?
        /// The how manieth write to the store it was.
        var version: UInt64
    }

    private let clock: WallClock
    let dialect: StateDialect
    private var entries: [ExactText: Entry] = [:]
    private var version: UInt64 = 0

    init(clock: WallClock, dialect: StateDialect = .inMemory) {
        self.clock = clock
        self.dialect = dialect
    }

    /// The entry of a key, unless it has expired.
    func entry(_ key: String) -> Entry? {
        let key = ExactText(text: key)
        guard let entry = entries[key] else { return nil }
        guard let expiry = entry.expiry, expiry <= clock.seconds else { return entry }
        entries[key] = nil
        return nil
    }

    /// All entries that have not expired.
    var all: [(key: String, entry: Entry)] {
        entries.keys.compactMap { key in entry(key.text).map { (key.text, $0) } }
            .sorted { $0.key < $1.key }
    }

    /// All entries that have not expired, the oldest write first.
    var inOrder: [(key: String, entry: Entry)] {
        all.sorted { $0.entry.version < $1.entry.version }
    }

    /// Does one write.
    func perform(_ write: StateWrite) throws(StateFault) {
        try check(write)
        apply(write, expiry: try expiry(write))
    }

    /// Does all writes, or none.
    func transact(_ writes: [StateWrite]) throws(StateFault) {
        var expiries: [Int64?] = []
        for write in writes {
            try check(write)
            expiries.append(try expiry(write))
        }
        for (write, expiry) in zip(writes, expiries) { apply(write, expiry: expiry) }
    }

    private func check(_ write: StateWrite) throws(StateFault) {
        guard ["", "strong", "eventual"].contains(write.consistency) else {
            throw .other("unrecognized consistency model '\(write.consistency)'")
        }
        guard ["", "first-write", "last-write"].contains(write.concurrency) else {
            throw .other("unrecognized concurrency model '\(write.concurrency)'")
        }
        guard let etag = write.etag, !etag.isEmpty else {
            if write.concurrency == "first-write", entry(write.key) != nil {
                throw dialect == .postgreSQL
                    ? .other("no item was updated")
                    : .etagMismatch("item already exists and no etag was passed")
            }
            return
        }
        if dialect == .postgreSQL { return try checkNumber(etag, write) }
        guard let current = entry(write.key) else {
            throw .etagMismatch("state not exist or expired for key=\(write.key)")
        }
        guard current.etag == etag else {
            throw .etagMismatch(
                "state etag not match for key=\(write.key): current=\(current.etag),"
                    + " expect=\(etag)")
        }
    }

    private func checkNumber(_ etag: String, _ write: StateWrite) throws(StateFault) {
        guard UInt64(etag) != nil else {
            throw .invalidETag("strconv.ParseUint: parsing \"\(etag)\": invalid syntax")
        }
        guard entry(write.key)?.etag == etag else { throw .etagMismatch(nil) }
    }

    private func expiry(_ write: StateWrite) throws(StateFault) -> Int64? {
        guard case .set = write.kind, let text = write.ttl, !text.isEmpty else { return nil }
        guard let seconds = Int64(text) else {
            throw .other("strconv.Atoi: parsing \"\(text)\": invalid syntax")
        }
        return seconds > 0 ? clock.seconds + seconds : nil
    }

    private func apply(_ write: StateWrite, expiry: Int64?) {
        switch write.kind {
        case .set(let data):
            version += 1
            var entry = Entry(data: data, etag: "", expiry: expiry, version: version)
            if dialect == .postgreSQL {
                entry.etag = String(Self.firstTransaction + version)
                if write.isDocument, let value = try? JSONValue.parse(data) {
                    entry.document = value
                    entry.data = SQLDocument.text(value)
                }
            } else {
                entry.etag = RandomUUID.make()
            }
            entries[ExactText(text: write.key)] = entry
        case .delete: entries[ExactText(text: write.key)] = nil
        }
    }
}

extension InMemoryStateStore {
    /// PostgreSQL's etags are the numbers of transactions, and a new database has had some.
    fileprivate static let firstTransaction: UInt64 = 736
}

/// Random identifiers (RFC 9562, version 4).
enum RandomUUID {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        var high = generator.next() as UInt64
        var low = generator.next() as UInt64
        high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = hex(high) + hex(low)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func hex(_ number: UInt64) -> [UInt8] {
        (0..<16).map { index in
            let nibble = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * index)) & 15
            return nibble < 10 ? 0x30 + nibble : 0x57 + nibble
        }
    }
}
