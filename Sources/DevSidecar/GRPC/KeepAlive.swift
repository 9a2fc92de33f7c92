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
    /// Which acknowledgement ends the first step of a graceful end: grpc-go's own bytes.
    private static let drainPing: UInt64 = 0x0106_0108_0003_0309

    private let loop: EventLoop
    private weak var session: HTTP2Session?
    private weak var connection: Connection?
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

    func start(_ session: HTTP2Session, _ connection: Connection) {
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

    func streamOpened() { openStreams += 1 }

    func streamClosed() {
        openStreams -= 1
        if openStreams == 0 { idleSince = loop.now }
    }

    /// Header fields were sent: the client may have pinged for them.
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

    func acknowledgementCame(_ opaque: UInt64) {
        guard isDraining, opaque == Self.drainPing else { return }
        giveUp(.noError, "max_idle")
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
        goAway(.noError, "max_idle", lastStreamID: .max)
        ping(Self.drainPing)
    }

    private func giveUp(_ code: HTTP2ErrorCode, _ reason: String) {
        isDraining = true
        goAway(code, reason)
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
