import EventLoop
import HTTP2

/// A call of a gRPC app, and its answer as it comes.
///
/// Sound as Sendable: it is used on the loop's thread only, where its tasks run too.
final class AppAnswer: HTTP2StreamHandler, @unchecked Sendable {
    private let loop: EventLoop
    private let limit: Int
    private let channel: ByteChannel
    var stream: HTTP2Stream?
    private var head: HeaderBlock?
    private var trailers: HeaderBlock?
    private var buffer: [UInt8] = []
    private var position = 0
    private var writer: CheckedContinuation<Void, Never>?
    private var isOver = false
    /// The app certainly did nothing for it.
    private(set) var isUnprocessed = false

    init(limit: Int, on loop: EventLoop) {
        self.loop = loop
        self.limit = limit
        channel = ByteChannel(loop: loop, capacity: 1 << 20)
        channel.assumeIsolated { channel in
            channel.setProducer(
                taken: { [weak self] count in self?.stream?.consume(count) },
                abandon: { [weak self] in self?.cancel() })
        }
    }

    // MARK: - Sending

    /// Sends a message, and waits until the app takes more.
    func send(_ message: [UInt8]) async {
        guard let stream, !isOver else { return }
        GRPCWire.send(message, on: stream)
        guard !stream.isWritable else { return }
        await withCheckedContinuation { writer = $0 }
    }

    func finishSending() {
        guard !isOver else { return }
        stream?.send([], end: true)
    }

    /// Gives the call up, if it is not over.
    func cancel() {
        stream?.reset(.cancel)
    }

    // MARK: - Receiving

    /// The next message; nil when the app has ended the call.
    func next() async throws -> [UInt8]? {
        while true {
            if let message = try taken() { return message }
            guard let chunk = try await channel.next() else { return nil }
            buffer.append(contentsOf: chunk)
        }
    }

    /// Takes a message out of what has come.
    private func taken() throws(GRPCStatus) -> [UInt8]? {
        let waiting = buffer[position...]
        guard waiting.count >= 5 else { return nil }
        let length = waiting.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard length <= limit else { throw .tooLong(length, limit) }
        guard waiting.count >= 5 + length else { return nil }
        let message = Array(waiting.dropFirst(5).prefix(length))
        position += 5 + length
        if position == buffer.count || position > 64 << 10 {
            buffer.removeFirst(position)
            position = 0
        }
        return message
    }

    /// The app's metadata before its first message.
    var headers: [(name: String, value: String)] { Self.metadata(head) }

    /// How the app ended the call: everything as it came.
    var reply: GRPCReply {
        guard let fields = trailers ?? head, let code = fields["grpc-status"].flatMap({ Int($0) })
        else {
            return GRPCReply(
                status: GRPCStatus(GRPCStatus.unavailable, "error reading from server: EOF"))
        }
        let message = Self.decoded(fields["grpc-message"] ?? "")
        var trailers = Self.metadata(fields)
        if let details = fields["grpc-status-details-bin"] {
            trailers.append(("grpc-status-details-bin", details))
        }
        return GRPCReply(status: GRPCStatus(code, message), trailers: trailers)
    }

    private static func metadata(_ block: HeaderBlock?) -> [(name: String, value: String)] {
        guard let block else { return [] }
        return block.compactMap { field in
            let name = String(decoding: field.name, as: UTF8.self)
            guard !name.hasPrefix(":"), !name.hasPrefix("grpc-"), name != "content-type" else {
                return nil
            }
            return (name, String(decoding: field.value, as: UTF8.self))
        }
    }

    private static func decoded(_ message: String) -> String {
        PathEscaping.decode(Array(message.utf8)[...], plusIsSpace: false) ?? message
    }

    // MARK: - The stream

    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
        endStream: Bool
    ) {
        switch kind {
        case .informational: break
        case .head: head = headers
        case .trailers: trailers = headers
        }
    }

    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
        var chunk: [UInt8] = []
        chunk.append(copying: data)
        _ = channel.assumeIsolated { $0.offer(chunk) }
    }

    func streamReceivedEnd(_ stream: HTTP2Stream) {
        channel.assumeIsolated { $0.finish() }
    }

    func streamBecameWritable(_ stream: HTTP2Stream) {
        writer.take()?.resume()
    }

    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) {
        isOver = true
        isUnprocessed = closure.isUnprocessed
        writer.take()?.resume()
        let failure =
            closure.cause == .finished
            ? nil
            : GRPCStatus(
                GRPCStatus.unavailable, "the app ended the call: \(closure.code)")
        channel.assumeIsolated { $0.finish(throwing: failure) }
    }
}
