/// Calls of an app's own gRPC services through the sidecar, which its gRPC API alone offers
/// (`dapr-app-id`).
public protocol ProxyAPI: Sendable {
    /// Calls a method with one message in each direction.
    ///
    /// - Throws: the app's own status as it is (``DaprError/status``); `.notSupported` over the HTTP
    ///   API, and for a method that the app does not have; `.noSuchComponent` when no app has this id.
    func callApp(
        _ appID: String, path: String, message: [UInt8], metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> GRPCResponse<[UInt8]>

    /// Opens a call in which either side may send many messages.
    ///
    /// - Parameter message: the only message that is sent, where there is only one; nil for any
    ///   number of them.
    /// - Throws: `.notSupported` over the HTTP API. What the app or the sidecar say comes from `next()`:
    ///   `.noSuchComponent` when no app has this id.
    func openAppCall(
        _ appID: String, path: String, message: [UInt8]?, metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> any AppCall
}

/// An open call of an app's gRPC method, its messages as bytes.
///
/// When it is let go before its end, the call is cancelled.
public protocol AppCall: Sendable {
    /// Sends a message, and waits until the sidecar takes more.
    ///
    /// - Throws: why the call is over; what the app said about it comes from `next()`.
    func send(_ message: [UInt8]) async throws(DaprError)

    /// Says that no message follows; messages go on to come.
    func finishSending() async

    /// The next message; nil when the call ended with the status OK.
    ///
    /// - Throws: any other end, again whenever it is asked.
    func next() async throws(DaprError) -> [UInt8]?

    /// The app's metadata before its first message. The sidecar holds it back until that message.
    func initialMetadata() async throws(DaprError) -> GRPCMetadata

    /// The app's metadata after its last message; nil before the call has ended.
    func trailingMetadata() async -> GRPCMetadata?

    /// Gives the call up; whoever waits for something hears `.cancelled`.
    func cancel()
}

/// An answer of one message, and the metadata around it.
public struct GRPCResponse<Message: Sendable>: Sendable {
    /// The message.
    public var message: Message
    /// What the app sent before it.
    public var initialMetadata: GRPCMetadata
    /// What the app sent after it.
    public var trailingMetadata: GRPCMetadata

    /// An answer of one message.
    public init(
        message: Message, initialMetadata: GRPCMetadata = [:], trailingMetadata: GRPCMetadata = [:]
    ) {
        self.message = message
        self.initialMetadata = initialMetadata
        self.trailingMetadata = trailingMetadata
    }
}
