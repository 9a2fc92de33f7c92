import Gateway
import Synchronization

/// Keeps what a log writes.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var texts: [String] { lines.withLock { $0 } }

    /// A log at the level of normal life.
    var log: Log { Log(Configuration().log) { self.append($0) } }

    func append(_ line: [UInt8]) {
        lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }
}
