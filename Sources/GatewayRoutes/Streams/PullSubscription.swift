import DaprClient

/// A message that a consumer has, until it answers or its time is up.
struct PulledMessage: Sendable {
    /// Names the message in answers; the same each time that it is offered.
    let id: String
    /// How often it was offered, this time included.
    let attempt: Int
    let message: TopicMessage
}

/// One subscription and those who wait for it; belongs to `PullSubscriptions`.
final class PullSubscription {
    enum Stream {
        case closed
        case opening
        case open
    }

    let upstream: Upstream
    var queue: PullQueue
    var stream = Stream.closed
    /// Counts the streams, so that news of one that was given up is recognised.
    var attempt = 0
    /// How many streams in a row were lost before they brought anything.
    var losses = 0
    /// Reads from the stream.
    var task: Task<Void, Never>?
    var messages: [Int: TopicMessage] = [:]
    var openings: [Int: CheckedContinuation<DaprError?, Never>] = [:]
    var polls: [Int: CheckedContinuation<Result<PullSubscriptions.Polled, DaprError>, Never>] = [:]
    /// The reader, which waits for room.
    var room: CheckedContinuation<Void, Never>?
    var alarm: Alarm?
    /// What ids begin with, so that those of another subscription, or of a gateway that was restarted,
    /// mean nothing here.
    private let mark: String

    /// What a message takes in memory besides its content.
    static let overhead = 512

    init(_ upstream: Upstream, _ queue: PullQueue) {
        self.upstream = upstream
        self.queue = queue
        let mark = String(UInt64.random(in: 0..<(1 << 40)), radix: 32)
        self.mark = String(repeating: "0", count: 8 - mark.count) + mark
    }

    func id(of message: Int) -> String { "\(mark)-\(message)" }

    /// The message of an id; nil when it is none of this subscription.
    func number(of id: String) -> Int? {
        guard id.utf8.count > 9, id.hasPrefix(mark), id.dropFirst(8).first == "-" else {
            return nil
        }
        return Int(id.dropFirst(9))
    }

    func forgetMessages() {
        queue.forgetMessages()
        messages = [:]
        makeRoom()
    }

    /// Lets the reader look whether there is room.
    func makeRoom() {
        room.take()?.resume()
    }
}
