import EventLoop
import Glibc
import TestSupport
import Testing

/// A handler whose answers a test gives as closures.
private final class Handler: SocketStreamHandler {
    var bytes: [UInt8] = []
    var receptions = 0
    var fills = 0
    var endings: [SystemError?] = []
    var pending: [UInt8] = []
    var onReceived: () -> Void = {}
    var onFill: () -> Void = {}
    var onClosed: () -> Void = {}

    func received(_ span: Span<UInt8>) {
        receptions += 1
        for index in span.indices { bytes.append(span[index]) }
        onReceived()
    }

    func fill(_ output: inout [UInt8]) {
        fills += 1
        onFill()
        output.append(contentsOf: pending)
        pending = []
    }

    func closed(_ error: SystemError?) {
        endings.append(error)
        onClosed()
    }
}

@Suite struct SocketStreamTests {
    let loop: EventLoop
    private let handler = Handler()

    init() throws {
        loop = try EventLoop(clock: ManualClock())
    }

    private func makeStream(_ descriptor: consuming Descriptor) throws -> SocketStream {
        try SocketStream(descriptor, on: loop, handler: handler)
    }

    /// Several MiB that differ everywhere.
    private static let content = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    @Test("several MiB come back from an echo through sockets that take a little at a time")
    func echo() throws {
        let pair = try SocketPair()
        let small: CInt = 4096
        for number in [pair.near.rawValue, pair.far.rawValue] {
            var size = small
            #expect(unsafe setsockopt(number, SOL_SOCKET, SO_SNDBUF, &size, 4) == 0)
        }
        let server = Handler()
        let far = try SocketStream(pair.far.duplicate(), on: loop, handler: server)
        let near = try makeStream(pair.near.duplicate())
        server.onReceived = {
            server.pending.append(contentsOf: server.bytes)
            server.bytes = []
            far.flush()
        }
        var sent = 0
        handler.onFill = { [handler] in
            let end = min(sent + 50_000, Self.content.count)
            handler.pending.append(contentsOf: Self.content[sent..<end])
            sent = end
        }
        near.flush()
        loop.run { handler.bytes.count >= Self.content.count }
        #expect(handler.bytes == Self.content)
        for _ in 0..<4 { loop.runOnce() }
        #expect(near.isFlushed && far.isFlushed)
        near.close()
        far.close()
    }

    @Test("what is written during a turn leaves in one system call")
    func oneCall() throws {
        let pair = try SocketPair(keepingBoundaries: true)
        let stream = try makeStream(pair.near.duplicate())
        for byte: UInt8 in 1...3 {
            loop.schedule(after: .zero) { [handler] in
                handler.pending.append(byte)
                stream.flush()
                #expect(!stream.isFlushed)
            }
        }
        loop.runOnce()
        #expect(readBytes(pair.far.rawValue) == [1, 2, 3])
        #expect(readBytes(pair.far.rawValue) == nil)
        #expect(stream.isFlushed)
        stream.close()
    }

    @Test("a slow reader stops the asking, and all arrives in the end")
    func slowReader() throws {
        let pair = try SocketPair()
        let stream = try makeStream(pair.near.duplicate())
        var given = 0
        handler.onFill = { [handler] in
            handler.pending = [UInt8](repeating: UInt8(given & 0xff), count: 100_000)
            given += 1
        }
        stream.flush()
        for _ in 0..<20 { loop.runOnce() }
        let asked = handler.fills
        #expect(asked < 20)
        for _ in 0..<20 {
            stream.flush()
            loop.runOnce()
        }
        #expect(handler.fills == asked)
        #expect(!loop.hasEvent)
        handler.onFill = {}
        var received = 0
        while let bytes = readBytes(pair.far.rawValue, upTo: 10_000) {
            received += bytes.count
            loop.runOnce()
        }
        #expect(received == given * 100_000)
        #expect(stream.isFlushed)
        stream.close()
    }

    @Test("an endless producer with a fast reader does not keep the turn from ending")
    func endlessProducer() throws {
        let pair = try SocketPair()
        let stream = try makeStream(pair.near.duplicate())
        let number = pair.far.rawValue
        handler.onFill = { [handler] in
            handler.pending = [1]
            while let bytes = readBytes(number), !bytes.isEmpty {}
        }
        handler.pending = [1]
        stream.flush()
        for _ in 0..<3 { loop.runOnce() }
        #expect((3...12).contains(handler.fills))
        stream.close()
    }

    @Test("paused reading leaves bytes in the kernel; resumed, it hands them over")
    func pause() throws {
        let pair = try SocketPair()
        let stream = try makeStream(pair.near.duplicate())
        stream.isReadingPaused = true
        #expect(writeBytes(pair.far.rawValue, [1, 2]) == 2)
        for _ in 0..<3 { loop.runOnce() }
        #expect(handler.bytes == [])
        #expect(!loop.hasEvent)
        stream.isReadingPaused = false
        loop.runOnce()
        #expect(handler.bytes == [1, 2])
        stream.close()
    }

    @Test("pausing within a reception stops the reading of this turn")
    func pauseInside() throws {
        let pair = try SocketPair()
        let stream = try makeStream(pair.near.duplicate())
        handler.onReceived = { stream.isReadingPaused = true }
        let sent = writeBytes(pair.far.rawValue, [UInt8](repeating: 7, count: 150_000))
        #expect(sent > 65_536)
        for _ in 0..<3 { loop.runOnce() }
        #expect(handler.receptions == 1)
        handler.onReceived = {}
        stream.isReadingPaused = false
        for _ in 0..<3 { loop.runOnce() }
        #expect(handler.bytes.count == sent)
        stream.close()
    }

    @Test("a hang-up while reading is paused does not spin; what was sent before it is not lost")
    func hangUpWhilePaused() throws {
        var pair = Optional(try SocketPair())
        let number = fcntl(pair?.near.rawValue ?? -1, F_DUPFD_CLOEXEC, 0)
        let stream = try makeStream(Descriptor(takingOwnershipOf: number))
        stream.isReadingPaused = true
        #expect(writeBytes(pair?.far.rawValue ?? -1, [1, 2]) == 2)
        pair = nil
        for _ in 0..<3 { loop.runOnce() }
        #expect(!loop.hasEvent)
        #expect(handler.endings.isEmpty)
        stream.isReadingPaused = false
        for _ in 0..<3 { loop.runOnce() }
        #expect(handler.bytes == [1, 2])
        #expect(handler.endings == [nil])
        #expect(loop.watchCount == 0)
    }

    @Test("a reset while reading is paused is told at once")
    func resetWhilePaused() throws {
        let listener = try Listener(on: .ip("127.0.0.1", port: 0))
        let client = Box<SocketStream?>(nil)
        let attempt = ConnectAttempt(to: listener.address, on: loop, timeout: .seconds(1)) {
            [loop, handler] result in
            guard case .connected(let descriptor) = result else { return }
            client.value = try? SocketStream(descriptor, on: loop, handler: handler)
        }
        loop.run { client.value != nil }
        client.value?.isReadingPaused = true
        var accepted = try listener.accept()
        // Closing with unread bytes, or with no time to linger, resets a TCP connection.
        var linger = linger(l_onoff: 1, l_linger: 0)
        let number = accepted?.descriptor.rawValue ?? -1
        let size = socklen_t(MemoryLayout.size(ofValue: linger))
        #expect(unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &linger, size) == 0)
        accepted = nil
        loop.run { !handler.endings.isEmpty }
        #expect(handler.endings == [SystemError(function: "read", errno: ECONNRESET)])
        #expect(loop.watchCount == 0)
        attempt.cancel()
    }

    @Test("when a write fails, what the peer sent before it went still arrives")
    func writeAfterPeer() throws {
        var pair = Optional(try SocketPair())
        let number = fcntl(pair?.near.rawValue ?? -1, F_DUPFD_CLOEXEC, 0)
        let stream = try makeStream(Descriptor(takingOwnershipOf: number))
        #expect(writeBytes(pair?.far.rawValue ?? -1, [9]) == 1)
        pair = nil
        handler.pending = [1]
        stream.turnEnds()
        #expect(handler.bytes == [9])
        #expect(handler.endings == [SystemError(function: "send", errno: EPIPE)])
    }

    @Test(
        "the handler may close the stream in every call", arguments: ["received", "fill", "closed"])
    func closeInside(call: String) throws {
        let pair = try SocketPair()
        let stream = try makeStream(pair.near.duplicate())
        handler.pending = [1]
        switch call {
        case "received": handler.onReceived = { stream.close() }
        case "fill":
            handler.onFill = {
                _ = stream.isFlushed
                stream.flush()
                stream.close()
            }
        default: handler.onClosed = { stream.close() }
        }
        stream.flush()
        #expect(writeBytes(pair.far.rawValue, [1]) == 1)
        if call == "closed" {
            #expect(shutdown(pair.far.rawValue, CInt(SHUT_WR)) == 0)
        }
        for _ in 0..<4 { loop.runOnce() }
        #expect(loop.watchCount == 0)
        #expect(handler.endings.count == (call == "closed" ? 1 : 0))
        // A stream that stays open is asked once more, whether that was all.
        #expect(handler.fills == ["received": 0, "fill": 1][call, default: 2])
        #expect(handler.receptions == 1)
    }

    @Test("a stream that is released without being closed leaves no watch behind")
    func released() throws {
        let pair = try SocketPair()
        var stream = Optional(try makeStream(pair.near.duplicate()))
        #expect(stream?.isReadingPaused == false)
        #expect(loop.watchCount == 1)
        stream = nil
        #expect(loop.watchCount == 0)
    }
}
