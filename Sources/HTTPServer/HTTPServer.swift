import CMicrohttpd
public import EventLoop
import HTTPMessage
import HTTPTypes

/// An HTTP/1.0 and 1.1 server on libmicrohttpd, driven by an event loop.
///
/// Belongs to the loop's thread. libmicrohttpd parses, frames and keeps connections alive; accepting
/// and limiting connections, bodies as streams and noticing clients that left are done here. The
/// daemon has no thread: its epoll descriptor is one entry in the loop's set.
///
/// `shutdown()` has to be called before the server is released.
@safe public final class HTTPServer: TurnParticipant {
    /// The limits that the server was made with.
    public let configuration: Configuration
    /// Told what libmicrohttpd would print to the standard error.
    public var onDiagnostic: ((String) -> Void)?
    /// Called whenever the last open exchange has ended.
    public var onIdle: (() -> Void)?
    /// Whether `quiesce()` was called.
    public private(set) var isQuiescing = false

    let loop: EventLoop
    let headReader: RequestHeadReader
    private(set) var handler: (any HTTPServerHandler)?
    var acceptors: [Acceptor] = []
    var connections = SlotTable<Connection>()
    /// The connection that `MHD_add_connection` is about to announce.
    var announced: Connection?
    /// Counts the ends of exchanges; orders connections by when they became idle.
    private(set) var activity: UInt64 = 0
    private var transactions = SlotTable<Transaction>()
    private var openExchanges = 0
    /// How many transactions wait for a response without being suspended.
    var activelyWaiting = 0
    private(set) var daemon: OpaquePointer?
    private var watch: Watch?
    private var turnEndIsPlanned = false
    private var runIsPlanned = false
    /// Connections whose end libmicrohttpd may have missed.
    private var ending: [Connection] = []
    private var isRunning = false
    /// Whether the current run moved a body or took a connection, of which there may be more.
    var hasProgressed = false
    /// Whether libmicrohttpd runs after all that could happen in this turn.
    private(set) var isEndOfTurn = false
    private var shutdownIsPlanned = false
    private var timer: (timer: LoopTimer, deadline: MonotonicTime)?
    private var pause: LoopTimer?
    private var ticker: LoopTimer?
    private var headTicker: LoopTimer?

    /// Starts a server that listens nowhere yet.
    ///
    /// - Parameters:
    ///   - loop: the loop whose thread is the current one, or which is not running yet.
    ///   - configuration: the limits.
    ///   - handler: who answers; kept until `shutdown()`.
    public init(
        loop: EventLoop, configuration: Configuration = Configuration(),
        handler: any HTTPServerHandler
    ) throws(SystemError) {
        self.loop = loop
        self.configuration = configuration
        self.handler = handler
        headReader = RequestHeadReader(limit: configuration.headerBytes)
        unsafe daemon = startDaemon()
        guard let daemon = unsafe daemon else {
            throw SystemError(function: "MHD_start_daemon", errno: outOfMemory)
        }
        do throws(SystemError) {
            watch = try unsafe loop.watch(cmhd_epoll_descriptor(daemon), for: .readable) {
                [unowned self] _ in run()
            }
        } catch {
            unsafe MHD_stop_daemon(daemon)
            unsafe self.daemon = nil
            throw error
        }
    }

    deinit {
        precondition(unsafe daemon == nil, "an HTTP server was released before it was shut down")
    }

    private func startDaemon() -> OpaquePointer? {
        let flags: [MHD_FLAG] = [
            MHD_USE_EPOLL, MHD_USE_NO_LISTEN_SOCKET, MHD_ALLOW_SUSPEND_RESUME, MHD_USE_ERROR_LOG,
            MHD_USE_TURBO,
        ]
        var settings = unsafe cmhd_settings()
        unsafe settings.flags = flags.reduce(0) { $0 | $1.rawValue }
        // Ours is enforced before; the slack is for those that are being closed to make room.
        unsafe settings.connection_limit = UInt32(clamping: configuration.connections + 1024)
        unsafe settings.memory_limit = configuration.connectionMemory
        unsafe settings.timeout_seconds = UInt32(
            clamping: configuration.idleTimeout.components.seconds)
        // Unretained: `deinit` insists that the daemon was stopped before.
        unsafe settings.context = Unmanaged.passUnretained(self).toOpaque()
        unsafe settings.log = onLog
        unsafe settings.access = onAccess
        unsafe settings.target = onTarget
        unsafe settings.unescape = onUnescape
        unsafe settings.completed = onCompleted
        unsafe settings.connection = onConnection
        return unsafe cmhd_start(&settings)
    }

    // MARK: - Counts

    /// How many connections are open.
    public var connectionCount: Int { connections.count }

    /// How many requests are being read, handled or answered.
    public var exchangeCount: Int { openExchanges }

    // MARK: - Running libmicrohttpd
    //
    // The watch and the timers hold the server unowned: `shutdown()` ends them, and it comes before
    // the server's end. A weak reference would make every retain and release of it slower.

    /// Lets libmicrohttpd run at the end of this turn: it does not notice resumptions by itself.
    func requestRun() {
        guard !runIsPlanned, unsafe daemon != nil else { return }
        runIsPlanned = true
        planTurnEnd()
    }

    /// Lets libmicrohttpd look for the end of a connection, unless it finds it in this turn.
    func readAgain(_ connection: Connection) {
        ending.append(connection)
        planTurnEnd()
    }

    private func planTurnEnd() {
        guard !turnEndIsPlanned else { return }
        turnEndIsPlanned = true
        loop.callAtEndOfTurn(self)
    }

    /// Runs libmicrohttpd when something asked for it during the turn.
    public func turnEnds() {
        turnEndIsPlanned = false
        for connection in exchange(&ending, with: []) where connection.readAgain() {
            runIsPlanned = true
        }
        guard runIsPlanned else { return }
        runIsPlanned = false
        isEndOfTurn = true
        run()
        isEndOfTurn = false
    }

    private func run() {
        guard let daemon = unsafe daemon, !isRunning else { return }
        isRunning = true
        hasProgressed = false
        unsafe MHD_run(daemon)
        isRunning = false
        if shutdownIsPlanned { return shutdown() }
        var milliseconds: UInt64 = 0
        guard unsafe MHD_get_timeout(daemon, &milliseconds) == .YES else { return }
        if milliseconds > 0 {
            wake(after: .milliseconds(Int64(clamping: milliseconds)))
        } else if hasProgressed || activelyWaiting == 0 {
            requestRun()
        } else {
            lookAgainSoon()
        }
    }

    /// Connections that wait actively make libmicrohttpd ask for another run at once, although only
    /// a response can help them. A run in which no body moved has left nothing else to do, but for
    /// what no callback tells of, such as a head that comes in many pieces.
    private func lookAgainSoon() {
        guard pause == nil else { return }
        pause = loop.schedule(after: Self.shortPause) { [unowned self] in
            pause = nil
            requestRun()
        }
    }

    private static let shortPause = Duration.milliseconds(1)

    /// Keeps the timer if it is early enough: timeouts mostly move away, and an early run is cheap.
    private func wake(after delay: Duration) {
        let deadline = loop.now + delay
        if let timer {
            guard deadline < timer.deadline else { return }
            loop.cancel(timer.timer)
        }
        let timer = loop.schedule(after: delay) { [unowned self] in
            self.timer = nil
            run()
        }
        self.timer = (timer, deadline)
    }

    // MARK: - Connections and exchanges

    func connectionBegins(_ handle: OpaquePointer) -> Connection? {
        guard let connection = announced.take() else { return nil }
        hasProgressed = true
        connection.slot = connections.insert(connection)
        unsafe connection.begin(handle, on: loop) { [unowned self, unowned connection] in
            readAgain(connection)
        }
        if headTicker == nil { scheduleHeadTick() }
        return connection
    }

    func connectionEnds(_ connection: Connection) {
        connection.ended(on: loop)
        connections.remove(at: connection.slot)
    }

    func exchangeBegins() {
        openExchanges += 1
    }

    func exchangeEnds(on connection: Connection) {
        openExchanges -= 1
        activity += 1
        connection.transaction = nil
        connection.idleSince = activity
        if connection.peerHasClosed { readAgain(connection) }
        if openExchanges == 0 { onIdle?() }
    }

    /// How often libmicrohttpd may ask for a response before its connection is suspended.
    static let patience = 8

    func response(for refusal: ServerRefusal, to request: Request?) -> Response {
        handler?.server(self, responseFor: refusal, to: request)
            ?? Response(.internalServerError)
    }

    /// Keeps track of a transaction that takes longer than one callback.
    func add(_ transaction: Transaction) {
        guard transaction.slot == nil else { return }
        transaction.slot = transactions.insert(transaction)
        if ticker == nil { scheduleTick() }
    }

    func remove(_ transaction: Transaction) {
        guard let slot = transaction.slot.take() else { return }
        transactions.remove(at: slot)
    }

    private static let tick = Duration.milliseconds(50)

    var ticksOfBodyIdleTimeout: Int { Int(configuration.bodyIdleTimeout / Self.tick) }
    var ticksOfLingering: Int { Int(configuration.lingeringTime / Self.tick) }

    private func scheduleTick() {
        ticker = loop.schedule(after: Self.tick) { [unowned self] in
            ticker = nil
            for transaction in transactions.elements { transaction.tick() }
            if !transactions.isEmpty { scheduleTick() }
        }
    }

    /// One coarse timer for the heads of all requests, which mostly arrive in one piece.
    private func scheduleHeadTick() {
        let tick = configuration.headTimeout / Transaction.headTicks
        headTicker = loop.schedule(after: tick) { [unowned self] in
            headTicker = nil
            for connection in connections.elements { connection.transaction?.headTick() }
            if !connections.isEmpty { scheduleHeadTick() }
        }
    }

    // MARK: - The end

    /// Stops accepting, after taking what already waits to be accepted. Every later response says
    /// `Connection: close`.
    public func quiesce() {
        isQuiescing = true
        for acceptor in acceptors { acceptor.close() }
        acceptors = []
    }

    /// Ends every exchange and closes every connection. Final; called again it does nothing.
    ///
    /// Called from a handler it takes effect as soon as libmicrohttpd has returned.
    public func shutdown() {
        guard let daemon = unsafe daemon else { return }
        shutdownIsPlanned = true
        guard !isRunning else { return }
        quiesce()
        // Cancels what waits and resumes it: stopping with a suspended connection is an API violation.
        for transaction in transactions.elements { transaction.clientLeft() }
        if let watch { loop.cancel(watch) }
        if let timer { loop.cancel(timer.timer) }
        if let pause { loop.cancel(pause) }
        if let ticker { loop.cancel(ticker) }
        if let headTicker { loop.cancel(headTicker) }
        unsafe self.daemon = nil
        unsafe MHD_stop_daemon(daemon)
        handler = nil
        onIdle = nil
    }
}
