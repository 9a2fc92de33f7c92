/// An open call of an app's gRPC method; its elements are the app's messages.
///
/// Messages come at the pace at which they are read, and for one task. When the stream is let go
/// before its end, the call is cancelled; so it is when a task that reads, sends or waits is.
public struct AppStream<Request: Sendable, Response: Sendable>: AsyncSequence, Sendable {
    let method: AppMethod<Request, Response>
    let call: any AppCall

    /// Sends a message, and waits until the sidecar takes more.
    ///
    /// - Throws: why the call is over; what the app said about it is thrown to the reader.
    public func send(_ request: Request) async throws(DaprError) {
        try await call.send(method.bytes(request))
    }

    /// Says that no message follows; messages go on to come.
    public func finishSending() async {
        await call.finishSending()
    }

    /// The next message; nil when the app ended the call with the status OK.
    public func next() async throws(DaprError) -> Response? {
        guard let bytes = try await call.next() else { return nil }
        do throws(DaprError) {
            return try method.message(bytes)
        } catch {
            call.cancel()
            throw error
        }
    }

    /// The only message of a method that answers with one, after ``finishSending()``.
    ///
    /// - Throws: `.malformedResponse` too when there is none or another.
    public func response() async throws(DaprError) -> Response {
        await finishSending()
        guard let response = try await next() else {
            throw DaprError(.malformedResponse, "the app answered without a message")
        }
        guard try await next() == nil else {
            call.cancel()
            throw DaprError(.malformedResponse, "the app answered with more than one message")
        }
        return response
    }

    /// The app's metadata before its first message. The sidecar holds it back until that message.
    public func initialMetadata() async throws(DaprError) -> GRPCMetadata {
        try await call.initialMetadata()
    }

    /// The app's metadata after its last message; nil before the call has ended.
    public var trailingMetadata: GRPCMetadata? {
        get async { await call.trailingMetadata() }
    }

    /// Gives the call up.
    public func cancel() {
        call.cancel()
    }

    /// Reads the app's messages.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let stream: AppStream

        /// The next message; nil when the app ended the call with the status OK.
        public mutating func next() async throws -> Response? {
            try await stream.next()
        }

        /// The next message; nil when the app ended the call with the status OK.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(DaprError) -> Response? {
            try await stream.next()
        }
    }

    /// Starts to read.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(stream: self)
    }
}
