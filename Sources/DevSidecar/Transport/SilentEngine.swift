import EventLoop

/// Says nothing to a client that speaks a protocol which is turned off, and closes in a moment;
/// what comes until then is read, for unread bytes would make the close a reset.
final class SilentEngine: ConnectionEngine {
    private static let patience = Duration.milliseconds(50)

    init(_ connection: Connection, on loop: EventLoop) {
        loop.schedule(after: Self.patience) { [weak connection] in connection?.close() }
    }

    func received(_ bytes: Span<UInt8>) {}
    func fill(_ output: inout [UInt8]) {}
    func connectionClosed() {}
}
