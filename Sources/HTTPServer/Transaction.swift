import CMicrohttpd
import EventLoop
import HTTPMessage
import HTTPTypes

/// One request and its response on a connection of libmicrohttpd.
///
/// libmicrohttpd holds one reference as the request's context, taken in its URI callback and given
/// back in its completion callback, which comes exactly once whatever happens. `Exchange` is the
/// handler's side.
@safe final class Transaction {
    enum Stage {
        /// The request line was read.
        case head
        /// Turned down, without a body that would have to be skipped.
        case refused(Response)
        /// The body is being read into memory.
        case buffering(limit: Int)
        /// The body is being handed on.
        case streaming(limit: Int)
        /// The request was read completely and waits for the response.
        case complete
        /// libmicrohttpd has the response.
        case queued
        /// The response went past libmicrohttpd; what the client still sends is dropped.
        case draining
        /// libmicrohttpd is to close the connection when it calls next.
        case cut
    }

    let server: HTTPServer
    let connection: Connection
    /// The request, as soon as its head was read.
    private(set) var request = Transaction.unread
    private let target: RequestTarget
    private(set) var stage = Stage.head
    private(set) var isAnswered = false
    /// Whether the client is gone, or the exchange finished.
    private(set) var isOver = false
    private(set) var isSuspended = false
    var onCancel: (() -> Void)?
    /// What the handler calls the exchange.
    var tag: Int?
    var bodyBytes = 0
    /// Where the server's table of open transactions holds it; nil if it does not.
    var slot: Int?

    /// Valid until libmicrohttpd completes the request, then nil.
    private var handle: OpaquePointer?
    private var hadHead = false
    private var isDelivering = false
    /// How often libmicrohttpd asked in vain since the connection was last active.
    private var timesAsked = 0
    private var waitsActively = false {
        didSet {
            guard waitsActively != oldValue else { return }
            server.activelyWaiting += waitsActively ? 1 : -1
        }
    }
    /// The response that waits for the end of a callback or of the upload.
    private var held: Response?
    private var status: Int?
    private var buffer: [UInt8] = []
    private var channel: ByteChannel?
    /// How many bytes of the request's body came, since it is streamed or dropped.
    private var received = 0
    private var age = 0
    private var silence = 0

    private static let unread = Request(method: .get, target: RequestTarget([]))

    init(
        server: HTTPServer, connection: Connection, handle: OpaquePointer, target: RequestTarget
    ) {
        self.server = server
        self.connection = connection
        unsafe self.handle = handle
        self.target = target
    }

    // MARK: - What libmicrohttpd calls

    /// The access callback: the head first, then pieces of the body, then once more at the end.
    func access(
        method: UnsafePointer<CChar>, version: UnsafePointer<CChar>,
        upload: UnsafeRawBufferPointer
    ) -> MHD_Result {
        if case .draining = stage {} else { silence = 0 }
        if unsafe !upload.isEmpty { server.hasProgressed = true }
        switch stage {
        case .head: unsafe begin(method: method, version: version)
        case .refused(let response): queue(response)
        case .buffering(let limit): unsafe fillBuffer(upload, limit: limit)
        case .streaming(let limit): unsafe passOn(upload, limit: limit)
        case .draining: drop(upload.count)
        case .complete: waitForContent()
        case .queued, .cut: break
        }
        if case .cut = stage { return .NO }
        return .YES
    }

    /// The completion callback. The connection's memory is gone afterwards.
    func completed(_ ending: ExchangeSummary.Ending) {
        let wasCut = isOver
        unsafe handle = nil
        isSuspended = false
        waitsActively = false
        server.remove(self)
        leaveClient()
        guard hadHead else { return }
        let summary = ExchangeSummary(
            request: request, tag: tag, status: status, bodyBytes: bodyBytes,
            ending: wasCut && ending == .completed ? .aborted : ending)
        server.handler?.server(server, finished: summary)
    }

    // MARK: - Reading the request

    private func begin(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) {
        guard let handle = unsafe handle, let handler = server.handler else { return cut() }
        let head = unsafe server.headReader.read(handle, method: method, version: version)
        hadHead = true
        age = 0
        request = Request(
            method: head.method, target: target, version: head.version,
            fields: server.headReader.copyFields(), peer: connection.peer)
        if let refusal = head.refusal { return refuse(refusal, head) }
        let targetLimit = server.configuration.targetBytes
        if request.target.bytes.count > targetLimit {
            return refuse(.targetTooLong(limit: targetLimit), head)
        }
        let length = head.contentLength ?? 0
        switch handler.server(server, bodyFor: request) {
        case .refuse(let response):
            if head.hasBody { interrupt(with: response) } else { stage = .refused(response) }
        case .buffer(let limit) where length > limit, .stream(let limit) where length > limit:
            refuse(.bodyTooLarge(limit: limit), head)
        case .stream(let limit) where head.hasBody:
            server.add(self)
            startStreaming(length: head.isChunked ? nil : length, limit: limit)
        case .buffer(let limit), .stream(let limit):
            stage = .buffering(limit: limit)
            buffer.reserveCapacity(length)
            if head.hasBody { server.add(self) }
        }
    }

    private func refuse(_ refusal: ServerRefusal, _ head: RequestHeadReader.Head) {
        let response = server.response(for: refusal, to: request)
        isAnswered = true
        if head.hasBody {
            interrupt(with: response)
        } else if head.refusal != nil {
            queue(response, closing: true)
        } else {
            stage = .refused(response)
        }
    }

    /// Answers in the first callback, although the client has a body to send.
    private func interrupt(with response: Response) {
        // Who expects 100 (Continue) sends nothing that would have to be dropped.
        if request.fields[.expect] == nil, response.isInMemory {
            answerPastLibrary(response)
        } else {
            queue(response, closing: true)
        }
    }

    private func fillBuffer(_ upload: UnsafeRawBufferPointer, limit: Int) {
        if unsafe upload.isEmpty {
            if !buffer.isEmpty { request.body = .bytes(buffer) }
            buffer = []
            stage = .complete
            deliver()
            if let response = held.take() { queue(response) } else { waitForContent() }
        } else if buffer.count + upload.count <= limit {
            unsafe buffer.append(contentsOf: upload)
        } else {
            buffer = []
            refuseRest(limit: limit)
        }
    }

    /// The body has become longer than `limit` bytes.
    private func refuseRest(limit: Int) {
        answerPastLibrary(server.response(for: .bodyTooLarge(limit: limit), to: request))
        // To whoever is handling it, this client is gone.
        leaveClient()
    }

    private func drop(_ count: Int) {
        received += count
        if count == 0 || received > server.configuration.lingeringBytes { stage = .cut }
    }

    private func startStreaming(length: Int?, limit: Int) {
        let channel = ByteChannel(loop: server.loop, capacity: server.configuration.streamWindow)
        self.channel = channel
        // Sound: the channel calls its producer on the loop's thread, to which `self` belongs. It
        // lets go of it when it finishes, and `leaveClient` finishes it.
        nonisolated(unsafe) let transaction = self
        channel.assumeIsolated { channel in
            channel.setProducer(
                resume: { unsafe transaction.resume() }, abandon: { unsafe transaction.resume() })
        }
        request.body = .stream(BodyStream(length: length) { try await channel.next() })
        stage = .streaming(limit: limit)
        deliver()
        if let response = held.take() { answerUpload(response, interrupt: interrupt) }
    }

    private func passOn(_ upload: UnsafeRawBufferPointer, limit: Int) {
        guard let channel else { return cut() }
        received += upload.count
        if received > limit { return refuseRest(limit: limit) }
        if unsafe upload.isEmpty {
            channel.assumeIsolated { $0.finish() }
            stage = .complete
            if let response = held.take() { queue(response) } else { waitForContent() }
        } else {
            let chunk = unsafe [UInt8](upload)
            if !channel.assumeIsolated({ $0.offer(chunk) }) { suspend() }
        }
    }

    private func deliver() {
        isDelivering = true
        server.handler?.server(server, received: Exchange(self))
        isDelivering = false
    }

    // MARK: - Responding

    func respond(_ response: Response) {
        precondition(!isAnswered, "an exchange is answered exactly once")
        isAnswered = true
        onCancel = nil
        guard !isOver else { return }
        server.loop.checkIsolated()
        if isDelivering {
            held = response
        } else if case .complete = stage {
            queue(response)
            if isSuspended { resume() } else { server.requestRun() }
        } else if case .streaming = stage {
            answerUpload(response, interrupt: answerPastLibrary)
        }
    }

    /// Answers while the body arrives: at once, or when all of it is there.
    private func answerUpload(_ response: Response, interrupt: (Response) -> Void) {
        if response.interruptsUpload { interrupt(response) } else { held = response }
        // A stream may be made of what still arrives.
        if response.endsUpload { channel?.assumeIsolated { $0.abandon() } }
    }

    func respondToBeingDropped() {
        respond(server.response(for: .unanswered, to: request))
    }

    private func queue(_ response: Response, closing: Bool = false) {
        guard let handle = unsafe handle else { return }
        isAnswered = true
        stage = .queued
        waitsActively = false
        request.body = .empty
        let status = response.status.code
        self.status = status
        let queued = unsafe response.withLibraryResponse(
            for: self, closing: closing || server.isQuiescing
        ) { unsafe MHD_queue_response(handle, UInt32(status), $0) }
        if queued != .YES { cut() }
    }

    /// libmicrohttpd takes no response while a body arrives, so this one is written past it.
    private func answerPastLibrary(_ response: Response) {
        status = response.status.code
        connection.sendLast(response.wholeMessage(for: request.method))
        stage = .draining
        received = 0
        silence = 0
        server.add(self)
        // One read can bring what fills the window, which suspends, and what exceeds the limit.
        resume()
    }

    // MARK: - Suspension

    /// Says that libmicrohttpd has to wait for a response, or for the next piece of one.
    ///
    /// Suspending and resuming cost three system calls, and most sidecars answer within a
    /// millisecond. So the connection stays active at first, libmicrohttpd asks again whenever it
    /// runs, and what exhausted the server's patience is suspended at the end of a turn.
    func waitForContent() {
        if timesAsked < HTTPServer.patience {
            timesAsked += 1
            waitsActively = true
        } else if server.isEndOfTurn {
            suspend()
        }
    }

    /// A piece of the response was there; the next one may also come soon.
    func hasContent(_ count: Int) {
        bodyBytes += count
        server.hasProgressed = true
        timesAsked = 0
        waitsActively = false
    }

    private func suspend() {
        guard let handle = unsafe handle, !isSuspended else { return }
        isSuspended = true
        waitsActively = false
        server.add(self)
        unsafe MHD_suspend_connection(handle)
    }

    func resume() {
        guard isSuspended, let handle = unsafe handle else {
            if waitsActively { server.requestRun() }
            return
        }
        isSuspended = false
        unsafe MHD_resume_connection(handle)
        server.requestRun()
    }

    /// Called about every 50 ms while the transaction is open.
    func tick() {
        age += 1
        guard isSuspended else { return watchUpload() }
        // Not at once: it may have closed only its half and wait for a response that is near.
        if connection.peerHasClosed, age > 1 { return clientLeft() }
        // The response waits for an upload that nobody reads any more.
        guard held != nil else { return }
        silence += 1
        if silence > server.ticksOfBodyIdleTimeout { channel?.assumeIsolated { $0.abandon() } }
    }

    /// How often `headTick` is called within the time that a head may take.
    static let headTicks = 5

    /// Ends a head that does not end, however busily its fields drip in.
    func headTick() {
        guard case .head = stage else { return }
        age += 1
        // The first call may come right after the start.
        if age > Self.headTicks { hangUp() }
    }

    /// Ends the connection. Where the client had closed its half there is no event to tell of it, so
    /// libmicrohttpd is made to look.
    private func hangUp() {
        connection.hangUp()
        server.readAgain(connection)
    }

    private func watchUpload() {
        switch stage {
        case .buffering, .streaming:
            silence += 1
            if silence > server.ticksOfBodyIdleTimeout { hangUp() }
        case .draining:
            silence += 1
            if silence > server.ticksOfLingering { hangUp() }
        default: break
        }
    }

    // MARK: - The end

    /// The client hung up, or the server shuts down.
    func clientLeft() {
        guard !isOver else { return }
        cut()
        leaveClient()
        resume()
    }

    private func cut() {
        stage = .cut
    }

    private func leaveClient() {
        guard !isOver else { return }
        isOver = true
        held = nil
        channel?.assumeIsolated { $0.finish(throwing: RequestBodyError.disconnected) }
        guard let onCancel = onCancel.take(), !isAnswered else { return }
        onCancel()
    }

    /// Whether libmicrohttpd waits for more of the request.
    var isReading: Bool {
        switch stage {
        case .head, .refused, .buffering, .streaming, .draining: !isSuspended
        case .complete, .queued, .cut: false
        }
    }

    var isCut: Bool {
        if case .cut = stage { true } else { false }
    }
}
