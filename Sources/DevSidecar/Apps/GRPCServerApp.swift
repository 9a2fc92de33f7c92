import EventLoop
import HTTP2

/// A gRPC app outside of this process, reached over a connection that is kept.
final class GRPCServerApp: ServingApp {
    let address: SocketAddress
    private let loop: EventLoop
    private let limit: Int
    private var connection: AppConnection?

    /// - Parameter limit: the longest message taken from the app, in bytes.
    init(at address: SocketAddress, limit: Int, on loop: EventLoop) {
        self.address = address
        self.limit = limit
        self.loop = loop
    }

    func stop() {
        connection?.close()
        connection = nil
    }

    func serve(_ call: GRPCStreamCall, metadata: [AppField]) async -> GRPCReply {
        let answer: AppAnswer
        do throws(GRPCStatus) {
            answer = try await open(call.method, metadata)
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

    /// One message in each direction, for `OnInvoke`.
    func call(
        _ method: String, _ message: [UInt8], metadata: [AppField]
    ) async throws -> (message: [UInt8], answer: AppAnswer) {
        let answer = try await open(method, metadata)
        defer { answer.cancel() }
        await answer.send(message)
        answer.finishSending()
        var messages: [[UInt8]] = []
        while let message = try await answer.next() { messages.append(message) }
        guard answer.reply.status.code == 0, let first = messages.first else {
            throw answer.reply.status
        }
        return (first, answer)
    }

    private func open(
        _ method: String, _ metadata: [AppField]
    ) async throws(GRPCStatus) -> AppAnswer {
        var head = HeaderBlock(capacity: 512)
        head.add(":method", "POST")
        head.add(":scheme", "http")
        head.add(":path", method)
        head.add(":authority", address.description)
        head.add("content-type", "application/grpc+proto")
        head.add("te", "trailers")
        for field in metadata { head.add(field.name, field.value) }
        do {
            let answer = AppAnswer(limit: limit, on: loop)
            try await current().open(head, for: answer)
            return answer
        } catch {
            throw .early(
                GRPCStatus.unavailable,
                "connection error: desc = \"transport: Error while dialing: dial tcp \(address):"
                    + " \(error)\"")
        }
    }

    /// The connection, which is dialled when there is none.
    private func current() async throws -> AppConnection {
        if let connection, connection.isUsable { return connection }
        let made = try await AppConnection(to: address, on: loop)
        connection = made
        return made
    }
}

/// One HTTP/2 connection to an app. Belongs to the loop's thread.
private final class AppConnection: SocketStreamHandler, HTTP2SessionDelegate {
    private let session: HTTP2Session
    private var socket: SocketStream?
    private var attempt: ConnectAttempt?
    private var isRetired = false

    init(to address: SocketAddress, on loop: EventLoop) async throws {
        session = try HTTP2Session(role: .client)
        let dialled: Result<LoopBound<Dialled>, SystemError> = await withCheckedContinuation {
            waiter in
            attempt = ConnectAttempt(to: address, on: loop, timeout: .seconds(5)) { result in
                switch consume result {
                case .connected(let descriptor):
                    waiter.resume(
                        returning: .success(LoopBound(Dialled(descriptor), on: loop)))
                case .failed(let error): waiter.resume(returning: .failure(error))
                }
            }
        }
        attempt = nil
        guard let descriptor = try dialled.get().value.take() else { return }
        session.delegate = self
        socket = try SocketStream(descriptor, on: loop, handler: self)
        socket?.flush()
    }

    var isUsable: Bool { socket != nil && !isRetired }

    func open(_ head: HeaderBlock, for answer: AppAnswer) throws(HTTP2Error) {
        answer.stream = try session.open(head, end: false, handler: answer)
    }

    func close() {
        socket?.close()
        socket = nil
        session.close(HTTP2Error(.closed, "the app is not called any more"))
    }

    func received(_ bytes: Span<UInt8>) {
        do throws(HTTP2Error) {
            try session.receive(bytes)
            if session.wantsWrite { socket?.flush() }
            if session.isFinished { close() }
        } catch {
            close()
        }
    }

    func fill(_ output: inout [UInt8]) {
        do throws(HTTP2Error) {
            try session.drain(into: &output)
        } catch {
            close()
        }
    }

    func closed(_ error: SystemError?) {
        socket = nil
        session.close(HTTP2Error(.connectionLost, error?.description ?? "EOF"))
    }

    func sessionHasOutput(_ session: HTTP2Session) { socket?.flush() }

    func session(
        _ session: HTTP2Session, receivedGoAway code: HTTP2ErrorCode, lastStreamID: Int32,
        debugData: [UInt8]
    ) {
        isRetired = true
    }
}

/// Carries a descriptor out of a callback.
private final class Dialled {
    private var descriptor: Descriptor?

    init(_ descriptor: consuming Descriptor) {
        self.descriptor = consume descriptor
    }

    func take() -> Descriptor? { descriptor.take() }
}
