import EventLoop

/// An HTTP app outside of this process, reached over HTTP/1.1 connections that are kept.
///
/// Belongs to the loop's thread.
final class HTTPServerApp: HTTPApp {
    let port: UInt16
    let host: String
    private let loop: EventLoop
    /// Those without a request; the one that was used last is the last.
    private var idle: [HTTPAppConnection] = []
    private var busy: [ObjectIdentifier: HTTPAppConnection] = [:]
    private var keepsConnections = true

    /// How many connections without a request are kept.
    private static let mostIdle = 16

    /// - Parameter host: a name or a numeric address.
    init(at host: String, port: UInt16, on loop: EventLoop) {
        self.host = host
        self.port = port
        self.loop = loop
    }

    func ask(_ request: AppRequest) -> AppCall {
        let exchange = AppExchange(request)
        guard exchange.failure == nil else { return exchange.call }
        run(exchange)
        return exchange.call
    }

    private func run(_ exchange: AppExchange) {
        let connection = idle.popLast() ?? HTTPAppConnection(to: self, on: loop)
        busy[ObjectIdentifier(connection)] = connection
        connection.run(exchange)
    }

    /// Sends a request again that found its connection closed.
    func retry(_ exchange: AppExchange) {
        exchange.isRetried = true
        for connection in idle { connection.close() }
        run(exchange)
    }

    /// A connection can take another request.
    func release(_ connection: HTTPAppConnection) {
        guard keepsConnections, idle.count < Self.mostIdle else { return connection.close() }
        busy[ObjectIdentifier(connection)] = nil
        idle.append(connection)
    }

    /// A connection is gone.
    func remove(_ connection: HTTPAppConnection) {
        busy[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
    }

    func stop() {
        keepsConnections = false
        for connection in idle + busy.values { connection.close(failing: .cancelled) }
    }

    /// Ends with the requests that are on their way.
    func stopWhenIdle() {
        keepsConnections = false
        for connection in idle { connection.close() }
    }
}
