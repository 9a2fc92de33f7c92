public import EventLoop

/// Everything worth telling an operator, in one closed list; `Log` decides how it is told.
public enum Observation: Sendable, Hashable {
    /// The gateway listens.
    case started(listen: [SocketAddress], admin: [SocketAddress], shards: Int)
    /// A request was answered.
    case requestFinished(
        id: String, method: String, route: String, status: Int?, duration: Duration, peer: String)
    /// The sidecar answered its health check after it had not.
    case sidecarReady
    /// The sidecar does not answer its health check any more.
    case sidecarNotReady(reason: String)
    /// A signal asks us to stop.
    case stopping(signal: String, requestsInFlight: Int)
    /// Requests were cut off because draining took too long.
    case drainTimedOut(requestsInFlight: Int)
    /// Everything is closed.
    case stopped
    /// libmicrohttpd has something to say.
    case serverDiagnostic(String)
}

extension Observation {
    /// How important it is.
    var level: LogLevel {
        switch self {
        case .requestFinished, .serverDiagnostic: .debug
        case .started, .sidecarReady, .stopping, .stopped: .info
        case .sidecarNotReady, .drainTimedOut: .warning
        }
    }

    /// A constant sentence; what varies stands in `fields`.
    var message: String {
        switch self {
        case .started: "listening"
        case .requestFinished: "request finished"
        case .sidecarReady: "the sidecar is ready"
        case .sidecarNotReady: "the sidecar is not ready"
        case .stopping: "stopping"
        case .drainTimedOut: "requests were cut off"
        case .stopped: "stopped"
        case .serverDiagnostic: "libmicrohttpd"
        }
    }

    /// Names and values.
    var fields: [(name: String, value: String)] {
        switch self {
        case .started(let listen, let admin, let shards):
            [
                ("listen", listen.map(\.description).joined(separator: ",")),
                ("admin", admin.map(\.description).joined(separator: ",")),
                ("shards", String(shards)),
            ]
        case .requestFinished(let id, let method, let route, let status, let duration, let peer):
            [
                ("request", id), ("method", method), ("route", route),
                ("status", status.map(String.init) ?? "none"),
                ("microseconds", String(duration.nanosecondsClamped / 1000)), ("peer", peer),
            ]
        case .sidecarNotReady(let reason): [("reason", reason)]
        case .stopping(let signal, let count):
            [("signal", signal), ("in_flight", String(count))]
        case .drainTimedOut(let count): [("in_flight", String(count))]
        case .serverDiagnostic(let text): [("text", text)]
        case .sidecarReady, .stopped: []
        }
    }
}
