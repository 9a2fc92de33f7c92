import CLinux
import Glibc

/// What happens on a `SocketStream`; all calls come on the loop.
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

    private let loop: EventLoop
    private var descriptor: Descriptor?
    private var watch: Watch?
    private weak var handler: (any SocketStreamHandler)?
    private var output: [UInt8] = []
    private var written = 0
    private var waitsForRoom = false
    private var flushIsPlanned = false
    private var readingIsPaused = false

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
            readingIsPaused = newValue
            updateInterest()
        }
    }

    /// Whether everything that was given to the stream reached the kernel.
    public var isFlushed: Bool { output.isEmpty && !flushIsPlanned }

    /// Closes the socket at once; unwritten bytes are lost and the handler hears nothing more.
    public func close() {
        if let watch { loop.cancel(watch) }
        watch = nil
        descriptor = nil
        output = []
    }

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.writable), waitsForRoom {
            waitsForRoom = false
            writeOut()
            updateInterest()
        }
        if !readiness.isDisjoint(with: [.readable, .hangup, .error]) { readIn() }
    }

    /// Reads a bounded number of times; what is left makes the next turn report the socket again.
    private func readIn() {
        for _ in 0..<4 {
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

    /// Writes what the turn gathered.
    public func turnEnds() {
        flushIsPlanned = false
        guard !waitsForRoom, watch != nil else { return }
        writeOut()
    }

    private func writeOut() {
        while let number = descriptor?.rawValue {
            if output.count - written < Self.outputLimit {
                if written > 0 {
                    output.removeSubrange(..<written)
                    written = 0
                }
                handler?.fill(&output)
            }
            guard descriptor != nil, written < output.count else {
                output.removeAll(keepingCapacity: output.capacity <= Self.outputLimit)
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
                guard errno == EAGAIN || errno == EINTR else { return finish(lastError("send")) }
                waitsForRoom = true
                return updateInterest()
            }
            written += count
        }
    }

    private func updateInterest() {
        guard let watch else { return }
        var interest: Readiness = readingIsPaused ? [] : .readable
        if waitsForRoom { interest.insert(.writable) }
        loop.change(watch, to: interest)
    }

    private func finish(_ error: SystemError?) {
        guard watch != nil else { return }
        close()
        handler?.closed(error)
    }
}

extension EventLoop {
    static let scratchSize = 64 * 1024

    /// Reads once into the loop's own buffer.
    ///
    /// - Returns: what `read(2)` returned.
    func readIntoScratch(_ descriptor: CInt, _ body: (Span<UInt8>) -> Void) -> Int {
        // Taken out while the handler runs, which may come back to the loop.
        var buffer = withOwned { owned in
            let buffer = owned.scratch
            owned.scratch = []
            return buffer
        }
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
