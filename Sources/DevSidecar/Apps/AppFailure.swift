/// Why there is no answer of an app.
enum AppFailure: Error {
    /// It closed the connection.
    case closed
    /// Nothing listens on its port.
    case refused(port: UInt16)
    /// Its request ended early.
    case cutOff(announced: Int, sent: Int)
    /// What is to be sent is no HTTP.
    case invalidField(String)
    /// What it answers cannot be read.
    case broken(String)
    /// Its host cannot be reached.
    case unreachable(String)
    /// Nobody waits for the answer any more.
    case cancelled

    /// In the words of Go's HTTP client.
    var text: String {
        switch self {
        case .closed: "EOF"
        case .refused(let port):
            "dial tcp 127.0.0.1:\(port): connect: connection refused"
        case .cutOff(let announced, let sent):
            "net/http: HTTP/1.x transport connection broken:"
                + " http: ContentLength=\(announced) with Body length \(sent)"
        case .invalidField(let name): "net/http: invalid header field value for \"\(name)\""
        case .broken(let reason): "net/http: HTTP/1.x transport connection broken: \(reason)"
        case .unreachable(let reason): "dial tcp: \(reason)"
        case .cancelled: "context canceled"
        }
    }
}

/// An app that is configured but not there.
final class AbsentApp: InProcessApp {
    let port: UInt16

    init(port: UInt16) {
        self.port = port
    }

    func answer(_ request: AppRequest) throws(AppFailure) -> AppResponse {
        throw .refused(port: port)
    }
}
