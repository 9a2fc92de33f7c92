import EventLoop
import HTTP2

/// Serves HTTP/2 on a connection; what a request is for is the business of its owner.
final class HTTP2Engine: ConnectionEngine, HTTP2SessionDelegate {
    private let session: HTTP2Session
    private weak var connection: Connection?
    private let accept: (HTTP2Stream, HeaderBlock, Connection) -> (any HTTP2StreamHandler)?

    /// - Parameter accept: gives the handler of a new stream; nil refuses it.
    init(
        _ connection: Connection, configuration: HTTP2Configuration,
        accept: @escaping (HTTP2Stream, HeaderBlock, Connection) -> (any HTTP2StreamHandler)?
    ) throws(HTTP2Error) {
        self.connection = connection
        self.accept = accept
        session = try HTTP2Session(role: .server, configuration: configuration)
        session.delegate = self
    }

    func received(_ bytes: Span<UInt8>) {
        do throws(HTTP2Error) {
            try session.receive(bytes)
            if session.wantsWrite { connection?.flush() }
            if session.isFinished { connection?.closeWhenWritten() }
        } catch {
            connection?.closeWhenWritten()
        }
    }

    func fill(_ output: inout [UInt8]) {
        do throws(HTTP2Error) {
            try session.drain(into: &output)
            if session.isFinished { connection?.closeWhenWritten() }
        } catch {
            connection?.closeWhenWritten()
        }
    }

    func connectionClosed() {
        session.close(HTTP2Error(.connectionLost, "the client closed the connection"))
        connection = nil
    }

    func session(
        _ session: HTTP2Session, accept stream: HTTP2Stream, head: HeaderBlock, endStream: Bool
    ) -> (any HTTP2StreamHandler)? {
        guard let connection else { return nil }
        return accept(stream, head, connection)
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
