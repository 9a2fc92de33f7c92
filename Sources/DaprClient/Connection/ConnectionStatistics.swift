/// What the connections to one of a sidecar's APIs do, and did since the start.
public struct ConnectionStatistics: Sendable, Hashable {
    /// Connections that can take calls.
    public internal(set) var connections = 0
    /// Calls that are under way.
    public internal(set) var openStreams = 0
    /// Calls that wait for a connection or a stream.
    public internal(set) var waiting = 0
    /// Connections that were tried.
    public internal(set) var dials = 0
    /// Connections that were made; all but the first of them are reconnects.
    public internal(set) var connected = 0
    /// Connections that could not be made.
    public internal(set) var failedDials = 0
    /// Calls that were sent again because the sidecar had certainly not processed them.
    public internal(set) var retries = 0
}

extension ConnectionStatistics {
    /// The sum of two clients' numbers.
    public static func + (
        left: ConnectionStatistics, right: ConnectionStatistics
    ) -> ConnectionStatistics {
        var sum = left
        for number in [
            \Self.connections, \.openStreams, \.waiting, \.dials, \.connected, \.failedDials,
            \.retries,
        ] { sum[keyPath: number] += right[keyPath: number] }
        return sum
    }
}
