import HTTP2
import SwiftProtobuf

extension GRPCTransport {
    /// Opens a call of which both sides may send many messages.
    ///
    /// - Parameters:
    ///   - path: what `:path` says.
    ///   - first: framed messages that are sent with the head.
    ///   - isComplete: nothing follows them.
    ///   - extra: further fields of the head.
    ///   - options: a timeout is the deadline of the whole call; without one it may last for ever,
    ///     and PINGs watch whether the sidecar is there.
    /// - Returns: the call, when its stream is open.
    func open(
        path: String, first: [UInt8] = [], isComplete: Bool = false, extra: HeaderBlock? = nil,
        in block: BuildingBlock, _ options: CallOptions
    ) async throws(DaprError) -> GRPCCall {
        guard !Task.isCancelled else {
            throw DaprError(.cancelled, "the call was cancelled", isUnprocessed: true)
        }
        let request = ExchangeRequest(
            head: try head(path, timeout: options.timeout, options.trace, extra: extra),
            content: isComplete ? .bytes(first) : .open(first), reception: .channel,
            timeout: options.timeout ?? settings.timeout, hasDeadline: options.timeout != nil,
            allowsRetry: options.allowsRetry, waitsForSidecar: settings.waits(options))
        let call = await pool.call(request, in: block, limit: settings.maxMessageSize)
        try await call.opened()
        return call
    }

    /// Calls a method that answers with a stream of messages.
    ///
    /// - Parameter isComplete: no further message will be sent.
    func stream<Request, Response>(
        _ rpc: RPC<Request, Response>, _ request: Request, isComplete: Bool = true,
        in block: BuildingBlock, _ options: CallOptions
    ) async throws(DaprError) -> GRPCStream<Request, Response> {
        let message = try Self.frame(request)
        try settings.check(message: message.count - MessageFraming.prefixSize)
        return GRPCStream(
            call: try await open(
                path: rpc.path, first: message, isComplete: isComplete, in: block, options))
    }

    /// Calls a method to which messages are streamed, and which may do so as well.
    func stream<Request, Response>(
        _ rpc: RPC<Request, Response>, in block: BuildingBlock, _ options: CallOptions
    ) async throws(DaprError) -> GRPCStream<Request, Response> {
        GRPCStream(call: try await open(path: rpc.path, in: block, options))
    }
}

extension SidecarPool {
    /// Starts a call.
    fileprivate func call(
        _ request: ExchangeRequest, in block: BuildingBlock, limit: Int
    ) -> GRPCCall {
        let (exchange, channel) = open(request)
        return GRPCCall(exchange, channel: channel, on: loop, in: block, limit: limit)
    }
}

/// A call with messages of known types, see ``GRPCCall``.
struct GRPCStream<Request: Message & Sendable, Response: Message & Sendable>: Sendable {
    let call: GRPCCall

    /// Sends a message, and waits until the stream takes more.
    func send(_ message: Request) async throws(DaprError) {
        try await call.send(GRPCTransport.frame(message))
    }

    /// Says that no message follows; messages go on to come.
    func finishSending() async {
        await call.finishSending()
    }

    /// The next message; nil when the call ended well.
    func next() async throws(DaprError) -> Response? {
        try message(await call.next())
    }

    /// The first message, see ``GRPCCall/first()``.
    func first() async throws(DaprError) -> Response? {
        try message(await call.first())
    }

    private func message(_ bytes: [UInt8]?) throws(DaprError) -> Response? {
        guard let bytes else { return nil }
        do throws(DaprError) {
            return try GRPCTransport.message(bytes)
        } catch {
            call.cancel()
            throw error
        }
    }
}
