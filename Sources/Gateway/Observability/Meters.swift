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
            for index in codes.indices where codes[index].code == code {
                codes[index].count += 1
                return
            }
            codes.append((code, 1))
        }

        mutating func add(_ other: Series) {
            durations.add(other.durations)
            for (code, count) in other.codes {
                if let known = codes.firstIndex(where: { $0.code == code }) {
                    codes[known].count += count
                } else {
                    codes.append((code, count))
                }
            }
        }
    }

    /// Where a route's requests are counted; found once, not for every request.
    struct Place: Sendable, Hashable {
        fileprivate let index: Int
    }

    private var routes: [(template: String, series: [Series])] = []
    private var places: [String: Int] = [:]
    /// Requests that were received and not answered yet.
    var inFlight = 0
    /// Header fields that were not passed on because of their names.
    var droppedFields = 0

    /// The place of a route.
    ///
    /// - Parameter template: the route's template, never the path; `none` for no route.
    mutating func place(of template: String) -> Place {
        if let index = places[template] { return Place(index: index) }
        places[template] = routes.count
        routes.append((template, []))
        return Place(index: routes.count - 1)
    }

    /// Counts a request that is over.
    ///
    /// - Parameters:
    ///   - place: the route's.
    ///   - method: what is not one of the methods that the gateway knows counts as `other`.
    ///   - code: the status; 499 when the client left before there was one.
    ///   - duration: from the head of the request to the end of the response.
    mutating func record(at place: Place, method: String, code: Int, duration: Duration) {
        for index in routes[place.index].series.indices
        where routes[place.index].series[index].method == method {
            routes[place.index].series[index].record(code: code, duration: duration)
            return
        }
        guard Self.methods.contains(method) else {
            return record(at: place, method: Self.otherMethod, code: code, duration: duration)
        }
        var series = Series(method: method)
        series.record(code: code, duration: duration)
        routes[place.index].series.append(series)
    }

    /// All series that there are, in the order of template and method.
    var all: [(template: String, series: Series)] {
        routes.flatMap { route in route.series.map { (route.template, $0) } }
            .sorted { ($0.0, $0.1.method) < ($1.0, $1.1.method) }
    }

    /// Adds another shard's numbers.
    mutating func add(_ other: Meters) {
        inFlight += other.inFlight
        droppedFields += other.droppedFields
        for (template, series) in other.routes {
            let place = place(of: template).index
            for one in series {
                if let known = routes[place].series.firstIndex(where: { $0.method == one.method }) {
                    routes[place].series[known].add(one)
                } else {
                    routes[place].series.append(one)
                }
            }
        }
    }

    private static let otherMethod = "other"

    /// A client can invent methods; a label must not follow it.
    private static let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", otherMethod,
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
