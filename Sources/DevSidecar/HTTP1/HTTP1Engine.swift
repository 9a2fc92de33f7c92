import EventLoop
import HTTPMessage
import HTTPTypes

/// Serves HTTP/1 on a connection, one request after the other.
///
/// The answers of the sidecar are recorded down to their bytes, reason phrases and early closes
/// included, which a general HTTP server cannot be made to say; so this speaks HTTP/1 itself.
final class HTTP1Engine: ConnectionEngine {
    private enum Phase {
        case head
        /// The content comes in, for this handler.
        case body(SidecarRequest, HTTPHandler)
        /// A handler works.
        case waiting
        /// The content that nobody reads is thrown away, up to a limit.
        case draining(Int)
        case closing
    }

    /// How much unread content Go takes off the connection to keep it.
    private static let drainLimit = 256 << 10
    /// How long a connection with unread content stays, so that the client can read the answer.
    private static let lingering = Duration.milliseconds(500)

    private let service: HTTPService
    private let dates: DateCache
    private weak var connection: Connection?
    private let clientAddress: String
    private var input: [UInt8] = []
    private var position = 0
    private var output: [UInt8] = []
    private var phase = Phase.head
    private var head = HTTP1Head()
    private var framing = HTTP1Body(.none)
    private var body = BodyBuffer(limit: 0)
    private var trace: TraceContext?
    private var framingIsBroken = false
    /// What is still to be sent of a large answer, in chunks unless the client is too old for them.
    private var filler = Filler(count: 0)
    private var fillerIsChunked = false
    private var continueIsDue = false
    private var task: Task<Void, Never>?

    init(_ connection: Connection, service: HTTPService, dates: DateCache) {
        self.connection = connection
        self.service = service
        self.dates = dates
        clientAddress = connection.clientAddress
    }

    func received(_ bytes: Span<UInt8>) {
        if case .closing = phase { return }
        input.append(copying: bytes)
        process()
    }

    func fill(_ output: inout [UInt8]) {
        if output.isEmpty {
            swap(&output, &self.output)
        } else {
            output.append(contentsOf: self.output)
            self.output.removeAll(keepingCapacity: true)
        }
        if !filler.isEmpty { fillUp(&output) }
    }

    /// How much of a large answer may wait to be written.
    private static let mostWaiting = 192 << 10

    private func fillUp(_ output: inout [UInt8]) {
        while output.count < Self.mostWaiting, let piece = filler.next() {
            HTTP1Response.append(
                piece, to: &output, isChunked: fillerIsChunked, isLast: filler.isEmpty)
        }
        // The rest, or what the client sent after its request, comes in a turn of its own.
        guard filler.isEmpty else {
            connection?.flush()
            return
        }
        service.context.loop.schedule(after: .zero) { [weak self] in self?.process() }
    }

    func connectionClosed() {
        phase = .closing
        connection = nil
        task?.cancel()
        task = nil
    }

    // MARK: - Receiving

    private func process() {
        while step() {}
        if position == input.count {
            input.removeAll(keepingCapacity: input.capacity <= 64 << 10)
            position = 0
        } else if position > 0 {
            input.removeFirst(position)
            position = 0
        }
        if !output.isEmpty { connection?.flush() }
    }

    /// Does what the phase asks for; false when it has to wait.
    private func step() -> Bool {
        switch phase {
        case .head: return readHead()
        case .body(let request, let handler): return readBody(request, handler)
        case .draining(let budget): return drain(budget)
        case .waiting, .closing: return false
        }
    }

    private func readHead() -> Bool {
        guard filler.isEmpty else { return false }
        // Empty lines before a request are skipped (RFC 9112, section 2.2).
        while position < input.count, input[position] == 0x0D || input[position] == 0x0A {
            position += 1
        }
        guard position < input.count else { return false }
        do throws(HTTP1Refusal) {
            guard let (head, end) = try HTTP1HeadParser.parse(input, from: position) else {
                return false
            }
            position = end
            begin(head)
            return true
        } catch {
            output.append(contentsOf: error.bytes)
            close(lingers: error == .headTooLarge)
            return false
        }
    }

    private func begin(_ head: HTTP1Head) {
        self.head = head
        framing = HTTP1Body(head.framing)
        framingIsBroken = false
        continueIsDue = head.expectsContinue
        if head.isServerWide {
            trace = nil
            return send(SidecarResponse(status: 200))
        }
        let (plan, trace) = service.plan(
            HTTPService.Head(
                method: head.method, target: head.target, fields: head.fields,
                clientAddress: clientAddress))
        self.trace = trace
        switch plan {
        case .respond(let response): send(response)
        case .handle(let request, let handler, let readsBody, let kept):
            guard readsBody, head.framing != .none else { return run(handler, request) }
            body = BodyBuffer(
                limit: service.context.configuration.maxBodySize, keeping: kept)
            if continueIsDue {
                continueIsDue = false
                output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
            }
            phase = .body(request, handler)
        }
    }

    private func readBody(_ request: SidecarRequest, _ handler: HTTPHandler) -> Bool {
        let progress = framing.read(input, &position) { body.append($0) }
        var request = request
        switch progress {
        case .needsMore where !body.isOverflowing: return false
        case .broken(let reason):
            framingIsBroken = true
            request.bodyError = reason
        case .needsMore, .complete: request.bodyError = body.error
        }
        request.body = body.bytes
        request.unkept = body.unkept
        body = BodyBuffer(limit: 0)
        run(handler, request)
        return true
    }

    private func drain(_ budget: Int) -> Bool {
        var budget = budget
        let progress = framing.read(input, &position) { budget -= $0.count }
        switch progress {
        case .complete:
            phase = .head
            return true
        case .needsMore where budget > 0: phase = .draining(budget)
        case .needsMore, .broken: close(lingers: true)
        }
        return false
    }

    // MARK: - Answering

    private func run(_ handler: HTTPHandler, _ request: SidecarRequest) {
        phase = .waiting
        // Whether the answer comes before this returns.
        var isNow = true
        task = service.run(handler, request) { [weak self] response in
            guard let self else { return }
            task = nil
            send(response)
            if !isNow { process() }
        }
        isNow = false
    }

    private func send(_ response: SidecarResponse) {
        if case .closing = phase { return }
        let unread = framing.missing ?? 0
        let leavesContent = continueIsDue || unread > Self.drainLimit || response.closes
        let closes = head.closes || framingIsBroken || leavesContent
        let finished = service.finish(response, trace: trace, origin: head.fields[.origin])
        if head.method != "HEAD" { filler = Filler(count: finished.fillerCount) }
        fillerIsChunked = !head.isHTTP10
        HTTP1Response.append(
            finished, to: &output, isHead: head.method == "HEAD", isHTTP10: head.isHTTP10,
            closes: closes, date: dates.current)
        connection?.flush()
        if closes {
            close(lingers: leavesContent)
        } else {
            phase = framing.missing == 0 ? .head : .draining(Self.drainLimit)
        }
    }

    private func close(lingers: Bool) {
        phase = .closing
        connection?.flush()
        if lingers {
            service.context.loop.schedule(after: Self.lingering) { [weak self] in
                self?.connection?.close()
            }
        } else {
            connection?.closeWhenWritten()
        }
    }
}
