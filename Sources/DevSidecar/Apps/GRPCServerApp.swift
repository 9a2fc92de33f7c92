import EventLoop
import HTTP2

/// A gRPC app outside of this process, reached over a connection that is kept.
///
/// Belongs to the loop's thread.
final class GRPCServerApp: ServingApp {
    let address: SocketAddress
    private let loop: EventLoop
    private let limit: Int
    private var isStopped = false
    /// The one that new calls use.
    private var connection: AppConnection?
    /// All that have calls, or may have them.
    private var connections: [ObjectIdentifier: AppConnection] = [:]

    /// - Parameter limit: the longest message taken from the app, in bytes.
    init(at address: SocketAddress, limit: Int, on loop: EventLoop) {
        self.address = address
        self.limit = limit
        self.loop = loop
    }

    func stop() {
        isStopped = true
        for connection in connections.values { connection.close() }
    }

    func serve(_ call: GRPCStreamCall, metadata: [AppField]) async -> GRPCReply {
        let answer: AppAnswer
        do throws(GRPCStatus) {
            answer = try await open(call.method, metadata, timeout: call.metadata["grpc-timeout"])
        } catch {
            return GRPCReply(status: error)
        }
        let requests = Task(executorPreference: loop) {
            do {
                while let message = try await call.next() { await answer.send(message) }
                answer.finishSending()
            } catch {
                answer.cancel()
            }
        }
        defer {
            requests.cancel()
            answer.cancel()
        }
        do {
            var isFirst = true
            while let message = try await answer.next() {
                if isFirst { await call.sendHeaders(answer.headers) }
                isFirst = false
                await call.send(message)
            }
            return answer.reply
        } catch let status as GRPCStatus {
            return GRPCReply(status: status)
        } catch {
            return GRPCReply(status: GRPCStatus(1, "context canceled"))
        }
    }

    /// One message in each direction.
    ///
    /// - Parameter timeout: when the caller gives up, as `grpc-timeout` says it.
    func call(
        _ method: String, _ message: [UInt8], metadata: [AppField], timeout: String? = nil
    ) async throws -> (message: [UInt8], answer: AppAnswer) {
        let answer = try await finished(method, message, metadata, timeout)
        guard answer.answer.isUnprocessed else { return try answer.result() }
        return try await finished(method, message, metadata, timeout).result()
    }

    /// A call that is over.
    private struct Finished {
        var answer: AppAnswer
        var messages: [[UInt8]] = []
        var failure: (any Error)?

        func result() throws -> (message: [UInt8], answer: AppAnswer) {
            if let failure { throw failure }
            guard answer.reply.status.code == 0, let first = messages.first else {
                throw answer.reply.status
            }
            return (first, answer)
        }
    }

    private func finished(
        _ method: String, _ message: [UInt8], _ metadata: [AppField], _ timeout: String?
    ) async throws -> Finished {
        let answer = try await open(method, metadata, timeout: timeout)
        defer { answer.cancel() }
        await answer.send(message)
        answer.finishSending()
        var finished = Finished(answer: answer)
        do {
            while let message = try await answer.next() { finished.messages.append(message) }
        } catch {
            finished.failure = error
        }
        return finished
    }

    // MARK: - Connections

    private func open(
        _ method: String, _ metadata: [AppField], timeout: String?
    ) async throws(GRPCStatus) -> AppAnswer {
        var head = HeaderBlock(capacity: 512)
        head.add(":method", "POST")
        head.add(":scheme", "http")
        head.add(":path", method)
        head.add(":authority", address.description)
        head.add("content-type", "application/grpc+proto")
        head.add("te", "trailers")
        if let timeout { head.add("grpc-timeout", timeout) }
        for field in metadata { head.add(field.name, field.value) }
        let answer = AppAnswer(limit: limit, on: loop)
        do {
            try await open(head, for: answer)
        } catch {
            throw .early(
                GRPCStatus.unavailable,
                "connection error: desc = \"transport: Error while dialing: dial tcp \(address):"
                    + " \(error)\"")
        }
        return answer
    }

    /// Opens a stream; on a new connection where the app takes no more on this one.
    private func open(_ head: HeaderBlock, for answer: AppAnswer) async throws {
        do {
            return try await current().open(head, for: answer)
        } catch let error as HTTP2Error where error.isAboutStreams {
            connection = nil
        }
        try await current().open(head, for: answer)
    }

    /// The connection for new calls; those who come while it is being made wait for the same one.
    private func current() async throws -> AppConnection {
        guard !isStopped else { throw HTTP2Error(.closed, "the sidecar stops") }
        let connection = connection ?? dial()
        try await connection.opened()
        return connection
    }

    private func dial() -> AppConnection {
        let made = AppConnection(to: address, on: loop) { [weak self] connection, isOver in
            guard let self else { return }
            if self.connection === connection { self.connection = nil }
            if isOver { connections[ObjectIdentifier(connection)] = nil }
        }
        connection = made
        connections[ObjectIdentifier(made)] = made
        return made
    }
}

extension HTTP2Error {
    /// Whether another connection could take the stream.
    fileprivate var isAboutStreams: Bool {
        kind == .notAcceptingStreams || kind == .streamLimitReached || kind == .closed
    }
}
