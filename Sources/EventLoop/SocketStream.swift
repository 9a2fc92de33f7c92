import CLinux
import Glibc

/// What happens on a `SocketStream`; all calls come on the loop, and each may close the stream.
public protocol SocketStreamHandler: AnyObject {
    /// Bytes arrived; the span is valid during the call only.
    func received(_ bytes: Span<UInt8>)
    /// The turn ends and the stream can take more: append what is to be written.
    ///
    /// - Parameter output: bytes that were not written yet; append only.
    func fill(_ output: inout [UInt8])
    /// The stream is over: end of file (nil) or an error. Called once, never after `close()`.
    func closed(_ error: SystemError?)
}

/// A connected, non-blocking stream socket on a loop, which gathers what is written during a turn
/// into one system call.
///
/// Belongs to the loop's thread. The handler is held weakly; whoever owns the stream closes it.
public final class SocketStream: TurnParticipant {
    /// Above this many unwritten bytes the handler is not asked for more.
    static let outputLimit = 256 * 1024
    /// How often a turn reads or writes one stream, so that a fast peer does not starve the others.
    static let callsPerTurn = 4

    private let loop: EventLoop
    private var descriptor: Descriptor?
    private var watch: Watch?
    private weak var handler: (any SocketStreamHandler)?
    private var output: [UInt8] = []
    private var written = 0
    private var waitsForRoom = false
    private var flushIsPlanned = false
    private var readingIsPaused = false
    /// What the watch waits for; nil when it was a one-shot that has fired.
    private var interest: Readiness?
    /// Both directions are closed, which was seen while reading was paused.
    private var hasHungUp = false

    /// Puts a connected socket on the loop and starts to read.
    ///
    /// - Parameters:
    ///   - descriptor: a connected, non-blocking socket.
    ///   - loop: the loop whose thread is the current one.
    ///   - handler: told what happens.
    public init(
        _ descriptor: consuming Descriptor, on loop: EventLoop, handler: any SocketStreamHandler
    ) throws(SystemError) {
        self.loop = loop
        self.handler = handler
        let number = descriptor.rawValue
        self.descriptor = consume descriptor
        watch = try loop.watch(number, for: .readable) { [weak self] readiness in
            self?.ready(readiness)
        }
        interest = .readable
    }

    deinit {
        close()
    }

    /// Asks for `fill` at the end of this turn.
    public func flush() {
        guard !flushIsPlanned, !waitsForRoom, watch != nil else { return }
        flushIsPlanned = true
        loop.callAtEndOfTurn(self)
    }

    /// Stops or resumes reading, so that the kernel's buffer and then the peer have to wait.
    public var isReadingPaused: Bool {
        get { readingIsPaused }
        set {
            guard newValue != readingIsPaused else { return }
            readingIsPaused = newValue
            hasHungUp = false
            updateInterest()
        }
    }

    /// Reads what has arrived by now, without waiting for the loop to report it.
    public func readNow() {
        if !readingIsPaused { readIn() }
    }

    /// Whether everything that was given to the stream reached the kernel.
    public var isFlushed: Bool { output.isEmpty && !flushIsPlanned }

    /// Closes the socket at once; unwritten bytes are lost and the handler hears nothing more.
    public func close() {
        if let watch { loop.cancel(watch) }
        watch = nil
        descriptor = nil
        output = []
        written = 0
    }

    /// Closes the socket at once, after one attempt to write a last word: all of it, or it is lost.
    public func close(afterWriting farewell: [UInt8]) {
        if let number = descriptor?.rawValue, !waitsForRoom, written == output.count {
            // Reads the array during the call; MSG_NOSIGNAL as a peer that is gone does not matter.
            _ = unsafe farewell.withUnsafeBytes { raw in
                unsafe send(number, raw.baseAddress, raw.count, CInt(MSG_NOSIGNAL))
            }
        }
        close()
    }

    /// Closes the socket at once with a reset, so that the peer sees a failure, not an end.
    public func abort() {
        if let number = descriptor?.rawValue {
            var option = linger(l_onoff: 1, l_linger: 0)
            // Reads one `struct linger` during the call; a failure only makes it a plain close.
            _ = unsafe setsockopt(
                number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        close()
    }

    private func finish(_ error: SystemError?) {
        guard watch != nil else { return }
        close()
        handler?.closed(error)
    }

    // MARK: - Readiness

    private func ready(_ readiness: Readiness) {
        if interest?.contains(.oneShot) == true { interest = nil }
        let isOver = !readiness.isDisjoint(with: [.hangup, .error])
        if waitsForRoom, isOver || readiness.contains(.writable) {
            waitsForRoom = false
            flush()
        }
        if !readingIsPaused {
            if isOver || readiness.contains(.readable) { readIn() }
        } else if readiness.contains(.error), let number = descriptor?.rawValue {
            finish(SystemError(function: "read", errno: -clinux_socket_error(number)))
        } else if isOver {
            hasHungUp = true
        }
        if interest == nil { updateInterest() }
    }

    /// `EPOLLHUP` is reported for as long as it holds, whatever was asked for. Somebody who does not
    /// read would be woken again and again; so that is watched for once, and then not at all.
    private func updateInterest() {
        guard let watch else { return }
        var wanted: Readiness = readingIsPaused ? .oneShot : .readable
        if waitsForRoom { wanted.insert(.writable) }
        guard wanted != interest, !hasHungUp else { return }
        interest = wanted
        loop.change(watch, to: wanted)
    }

    // MARK: - Reading

    /// Reads a bounded number of times; what is left makes the next turn report the socket again.
    private func readIn() {
        for _ in 0..<Self.callsPerTurn {
            guard let number = descriptor?.rawValue, !readingIsPaused else { return }
            let count = loop.readIntoScratch(number) { bytes in handler?.received(bytes) }
            switch count {
            case 0: return finish(nil)
            case ..<0 where errno == EAGAIN || errno == EINTR: return
            case ..<0: return finish(lastError("read"))
            case ..<EventLoop.scratchSize: return
            default: continue
            }
        }
    }

    // MARK: - Writing

    /// Writes what the turn gathered.
    public func turnEnds() {
        flushIsPlanned = false
        guard !waitsForRoom, watch != nil else { return }
        writeOut()
        updateInterest()
    }

    private func writeOut() {
        for _ in 0..<Self.callsPerTurn {
            askForMore()
            guard let number = descriptor?.rawValue else { return }
            guard written < output.count else {
                output.removeAll(keepingCapacity: output.capacity <= 2 * Self.outputLimit)
                written = 0
                return
            }
            let start = written
            let count = unsafe output.withUnsafeBytes { raw in
                // MSG_NOSIGNAL: a peer that is gone is an error of this call, not a signal.
                unsafe send(
                    number, raw.baseAddress?.advanced(by: start), raw.count - start,
                    CInt(MSG_NOSIGNAL))
            }
            if count < 0 {
                guard errno == EAGAIN || errno == EINTR else { return fail(lastError("send")) }
                waitsForRoom = true
                return
            }
            written += count
            if written < output.count {
                // The kernel's buffer is full: trying again now could only end in EAGAIN.
                waitsForRoom = true
                return
            }
        }
        flush()
    }

    /// Lets the handler append, in an array of its own while it does: it may come back here.
    private func askForMore() {
        guard output.count - written < Self.outputLimit else { return }
        if written > 0, written >= output.count - written {
            output.removeSubrange(..<written)
            written = 0
        }
        var gathered = exchange(&output, with: [])
        handler?.fill(&gathered)
        if descriptor != nil { output = gathered }
    }

    /// Ends a stream that cannot be written any more, after what the peer said before it went.
    private func fail(_ error: SystemError) {
        readNow()
        finish(error)
    }
}

extension EventLoop {
    static let scratchSize = 64 * 1024

    /// Reads once into the loop's own buffer.
    ///
    /// - Returns: what `read(2)` returned.
    func readIntoScratch(_ descriptor: CInt, _ body: (Span<UInt8>) -> Void) -> Int {
        // Taken out while the handler runs, which may come back to the loop.
        var buffer = withOwned { exchange(&$0.scratch, with: []) }
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.scratchSize) }
        let count = unsafe buffer.withUnsafeMutableBytes { raw in
            unsafe read(descriptor, raw.baseAddress, raw.count)
        }
        let error = errno
        if count > 0 { body(buffer.span.extracting(0..<count)) }
        withOwned { $0.scratch = buffer }
        errno = error
        return count
    }
}
