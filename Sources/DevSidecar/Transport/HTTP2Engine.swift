import EventLoop
import HTTP2

/// Serves HTTP/2 on a connection; what a request is for is the business of its owner.
final class HTTP2Engine: ConnectionEngine, HTTP2SessionDelegate {
    private let session: HTTP2Session
    private weak var connection: Connection?
    private let keepAlive: KeepAlive?
    private var lastFrames: [UInt8] = []
    private let accept: (HTTP2Stream, HeaderBlock, Connection) -> (any HTTP2StreamHandler)?

    /// - Parameters:
    ///   - keepAlive: the rules for idle connections, if there are any.
    ///   - accept: gives the handler of a new stream; nil refuses it.
    init(
        _ connection: Connection, configuration: HTTP2Configuration,
        keepAlive: KeepAlive? = nil,
        accept: @escaping (HTTP2Stream, HeaderBlock, Connection) -> (any HTTP2StreamHandler)?
    ) throws(HTTP2Error) {
        self.connection = connection
        self.accept = accept
        self.keepAlive = keepAlive
        session = try HTTP2Session(role: .server, configuration: configuration)
        session.delegate = self
        keepAlive?.start(self, session, connection)
    }

    func received(_ bytes: Span<UInt8>) {
        if let keepAlive, keepAlive.isDraining { keepAlive.bytesCameWhileDraining(bytes) }
        do throws(HTTP2Error) {
            try session.receive(bytes)
            keepAlive?.bytesCame()
            if session.wantsWrite { connection?.flush() }
            // As long as Go waits after GOAWAY.
            if session.hasRefusedHeaderList { connection?.close(after: .seconds(1)) }
            closeIfFinished()
        } catch  where error.kind == .notHTTP2 {
            // Go leaves the rest unread when it closes, which resets the connection.
            connection?.abortWhenWritten()
        } catch {
            connection?.closeWhenWritten()
        }
    }

    func fill(_ output: inout [UInt8]) {
        do throws(HTTP2Error) {
            try session.drain(into: &output)
            output += lastFrames
            lastFrames = []
            closeIfFinished()
        } catch {
            connection?.closeWhenWritten()
        }
    }

    /// Sends a frame past the session, after everything that the session has.
    func write(_ frame: [UInt8]) {
        lastFrames += frame
        connection?.flush()
    }

    private func closeIfFinished() {
        // A connection that is given up gracefully stays for the client's last words.
        guard session.isFinished, keepAlive?.isDraining != true else { return }
        connection?.closeWhenWritten()
    }

    func connectionClosed() {
        keepAlive?.stop()
        session.close(HTTP2Error(.connectionLost, "the client closed the connection"))
        connection = nil
    }

    func session(
        _ session: HTTP2Session, accept stream: HTTP2Stream, head: HeaderBlock, endStream: Bool
    ) -> (any HTTP2StreamHandler)? {
        guard let connection else { return nil }
        return accept(stream, head, connection)
    }

    func sessionReceivedPing(_ session: HTTP2Session) {
        keepAlive?.pingCame()
    }

    func sessionHasOutput(_ session: HTTP2Session) {
        connection?.flush()
    }
}

extension HeaderBlock {
    /// Adds a field that this program made; one that cannot be sent is left out.
    mutating func add(_ name: String, _ value: String) {
        do throws(HeaderFieldError) { try append(name, value) } catch {}
    }
}
