import EventLoop

/// What one shard counts: plain numbers, owned by the shard and read when metrics are scraped.
struct Meters: Sendable {
    /// The requests of one route and method.
    struct Series: Sendable {
        let method: String
        var durations = Histogram()
        var codes: [(code: Int, count: Int)] = []

        mutating func record(code: Int, duration: Duration) {
            durations.record(duration)
            if let index = codes.firstIndex(where: { $0.code == code }) {
                codes[index].count += 1
            } else {
                codes.append((code, 1))
            }
        }
    }

    /// By the template of the route; a request that matched none has the template `none`.
    private(set) var routes: [String: [Series]] = [:]
    /// Requests that were received and not answered yet.
    var inFlight = 0
    /// Header fields that were not passed on because of their names.
    var droppedFields = 0

    /// Counts a request that is over.
    ///
    /// - Parameters:
    ///   - route: the route's template, never the path.
    ///   - method: one of the methods that the gateway knows, or `other`.
    ///   - code: the status; 499 when the client left before there was one.
    ///   - duration: from the head of the request to the end of the response.
    mutating func record(route: String, method: String, code: Int, duration: Duration) {
        let known = Self.methods.contains(method) ? method : "other"
        if let index = routes[route]?.firstIndex(where: { $0.method == known }) {
            routes[route]?[index].record(code: code, duration: duration)
        } else {
            var series = Series(method: known)
            series.record(code: code, duration: duration)
            routes[route, default: []].append(series)
        }
    }

    /// The sum of two shards.
    mutating func add(_ other: Meters) {
        inFlight += other.inFlight
        droppedFields += other.droppedFields
        for (route, series) in other.routes {
            for one in series { add(one, to: route) }
        }
    }

    private mutating func add(_ series: Series, to route: String) {
        guard let index = routes[route]?.firstIndex(where: { $0.method == series.method }) else {
            routes[route, default: []].append(series)
            return
        }
        routes[route]?[index].durations.add(series.durations)
        for (code, count) in series.codes {
            if let known = routes[route]?[index].codes.firstIndex(where: { $0.code == code }) {
                routes[route]?[index].codes[known].count += count
            } else {
                routes[route]?[index].codes.append((code, count))
            }
        }
    }

    /// A client can invent methods; a label must not follow it.
    private static let methods: Set<String> = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
    ]
}

/// Durations, counted in buckets.
struct Histogram: Sendable {
    /// The upper bounds in seconds, from a cached answer to the longest timeout.
    static let bounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
        5, 10, 30, 60,
    ]
    private static let limits = bounds.map { Int64($0 * 1e9) }

    /// How many fell into each bucket; the last one has no bound.
    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    /// The sum, in nanoseconds.
    private(set) var sum: Int64 = 0

    mutating func record(_ duration: Duration) {
        let nanoseconds = duration.nanosecondsClamped
        counts[Self.limits.firstIndex { nanoseconds <= $0 } ?? Self.limits.count] += 1
        sum += nanoseconds
    }

    mutating func add(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }
}
