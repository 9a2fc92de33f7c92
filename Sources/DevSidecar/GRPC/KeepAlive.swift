import EventLoop
import HTTP2

/// What daprd's gRPC server does about quiet connections: it pings, and closes those that do not
/// answer, that nobody uses, and whose client pings too often.
final class KeepAlive {
    private static let pingInterval = Duration.seconds(10)
    private static let pingTimeout = Duration.seconds(5)
    private static let maxIdle = Duration.seconds(180)
    /// How often a client may ping, and how often it may break that.
    private static let minClientInterval = Duration.seconds(8)
    private static let maxStrikes = 2
    private static let closingDelay = Duration.seconds(1)
    private static let idleReason = "max_idle"

    private let loop: EventLoop
    private weak var session: HTTP2Session?
    private weak var engine: HTTP2Engine?
    private weak var connection: Connection?
    private var lastStreamID: Int32 = 0
    private var lastBytes: [UInt8] = []
    private var pingTimer: LoopTimer?
    private var idleTimer: LoopTimer?
    private var lastRead: MonotonicTime
    private var isUnanswered = false
    private var openStreams = 0
    private var idleSince: MonotonicTime
    private var lastClientPing: MonotonicTime?
    private var strikes = 0
    private var hasAnswered = false

    /// The connection is being given up, and closes in a moment.
    private(set) var isDraining = false

    init(loop: EventLoop) {
        self.loop = loop
        lastRead = loop.now
        idleSince = lastRead
    }

    func start(_ engine: HTTP2Engine, _ session: HTTP2Session, _ connection: Connection) {
        self.engine = engine
        self.session = session
        self.connection = connection
        schedulePing(after: Self.pingInterval)
        scheduleIdleCheck(after: Self.maxIdle)
    }

    func stop() {
        if let pingTimer { loop.cancel(pingTimer) }
        if let idleTimer { loop.cancel(idleTimer) }
        (pingTimer, idleTimer) = (nil, nil)
    }

    // MARK: - What happens

    func bytesCame() {
        lastRead = loop.now
        isUnanswered = false
    }

    func streamOpened(_ id: Int32) {
        openStreams += 1
        lastStreamID = id
    }

    func streamClosed() {
        openStreams -= 1
        if openStreams == 0 { idleSince = loop.now }
    }

    /// Something was sent: the client may have pinged for it.
    func answered() { hasAnswered = true }

    func pingCame() {
        let now = loop.now
        defer { lastClientPing = now }
        if hasAnswered {
            hasAnswered = false
            strikes = 0
            return
        }
        if let lastClientPing, now - lastClientPing < Self.minClientInterval { strikes += 1 }
        guard strikes > Self.maxStrikes, !isDraining else { return }
        giveUp(.enhanceYourCalm, "too_many_pings")
    }

    /// While the connection is given up: looks for the acknowledgement of the last PING, which
    /// libnghttp2 does not report any more.
    func bytesCameWhileDraining(_ bytes: Span<UInt8>) {
        lastBytes.append(copying: bytes)
        let answer = LastFrames.ping(LastFrames.drainPing, isAnswer: true)
        while lastBytes.count >= answer.count {
            if lastBytes.prefix(answer.count).elementsEqual(answer) {
                lastBytes = []
                engine?.write(
                    LastFrames.goAway(lastStreamID: lastStreamID, reason: Self.idleReason))
                return closeSoon()
            }
            lastBytes.removeFirst()
        }
    }

    // MARK: - Timers

    private func schedulePing(after delay: Duration) {
        pingTimer = loop.schedule(after: delay) { [weak self] in self?.pingIsDue() }
    }

    private func pingIsDue() {
        guard !isDraining else { return }
        if isUnanswered {
            connection?.close()
            return
        }
        let quiet = loop.now - lastRead
        guard quiet >= Self.pingInterval else {
            return schedulePing(after: Self.pingInterval - quiet)
        }
        isUnanswered = true
        ping(0)
        schedulePing(after: Self.pingTimeout)
    }

    private func ping(_ opaque: UInt64) {
        do throws(HTTP2Error) { try session?.ping(opaque) } catch { connection?.close() }
    }

    private func scheduleIdleCheck(after delay: Duration) {
        idleTimer = loop.schedule(after: delay) { [weak self] in self?.checkIdle() }
    }

    private func checkIdle() {
        guard openStreams == 0 else { return scheduleIdleCheck(after: Self.maxIdle) }
        let idle = loop.now - idleSince
        guard idle >= Self.maxIdle else { return scheduleIdleCheck(after: Self.maxIdle - idle) }
        isDraining = true
        goAway(.noError, Self.idleReason, lastStreamID: .max)
        engine?.write(LastFrames.ping(LastFrames.drainPing, isAnswer: false))
    }

    private func giveUp(_ code: HTTP2ErrorCode, _ reason: String) {
        isDraining = true
        goAway(code, reason)
        closeSoon()
    }

    private func closeSoon() {
        loop.schedule(after: Self.closingDelay) { [weak connection] in connection?.close() }
    }

    private func goAway(_ code: HTTP2ErrorCode, _ reason: String, lastStreamID: Int32? = nil) {
        do throws(HTTP2Error) {
            try session?.goAway(code, lastStreamID: lastStreamID, debugData: Array(reason.utf8))
        } catch {
            connection?.close()
        }
    }
}

/// The frames that end an idle connection gracefully (RFC 9113 §6.7, §6.8).
///
/// Once its GOAWAY is out and no stream is open, libnghttp2 takes a session for closed, and neither
/// sends a PING nor tells of the answer.
enum LastFrames {
    /// grpc-go's own bytes for the PING whose answer ends the first step.
    static let drainPing: [UInt8] = [1, 6, 1, 8, 0, 3, 3, 9]

    static func ping(_ payload: [UInt8], isAnswer: Bool) -> [UInt8] {
        [0, 0, 8, 6, isAnswer ? 1 : 0, 0, 0, 0, 0] + payload
    }

    static func goAway(lastStreamID: Int32, reason: String) -> [UInt8] {
        let id = (0..<4).map { UInt8(truncatingIfNeeded: lastStreamID >> Int32(24 - 8 * $0)) }
        let length = UInt8(truncatingIfNeeded: 8 + reason.utf8.count)
        return [0, 0, length, 7, 0, 0, 0, 0, 0] + id + [0, 0, 0, 0] + Array(reason.utf8)
    }
}
