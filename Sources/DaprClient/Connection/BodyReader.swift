import EventLoop

/// The consumer's end of a streamed response. When nobody holds it any more, the stream to the
/// sidecar is reset.
final class BodyReader: Sendable {
    private let channel: ByteChannel
    private let loop: EventLoop

    init(_ channel: ByteChannel, loop: EventLoop) {
        self.channel = channel
        self.loop = loop
    }

    deinit {
        let channel = channel
        loop.execute { channel.assumeIsolated { $0.abandon() } }
    }

    func next() async throws(DaprError) -> [UInt8]? {
        do {
            return try await channel.next()
        } catch let error as DaprError {
            throw error
        } catch {
            throw DaprError(.cancelled, "the call was cancelled")
        }
    }
}
