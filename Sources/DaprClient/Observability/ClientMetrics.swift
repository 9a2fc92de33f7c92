import CoreMetrics
import EventLoop

/// The metrics of the connections to one API, each made when it is first needed.
///
/// - `dapr_client_calls_total` and `dapr_client_call_duration_seconds`, by `api`, `operation` and
///   `result`
/// - `dapr_client_retries_total`, by `api`
/// - `dapr_client_dials_total`, by `api` and `result`
/// - `dapr_client_connections`, by `api`
final class ClientMetrics {
    private struct Call {
        let count: Counter
        let duration: Timer
    }

    /// A bound for the labels, should one ever be a caller's.
    private static let maxCalls = 512

    let retries: Counter
    let failedDials: Counter
    let connections: Gauge
    private let dials: Counter
    private let factory: any MetricsFactory
    private let api: String
    private var calls: [CallLabels: Call] = [:]

    init(_ factory: any MetricsFactory, api: String) {
        self.factory = factory
        self.api = api
        let labels = [("api", api)]
        func dials(_ result: String) -> Counter {
            Counter(
                label: "dapr_client_dials_total", dimensions: labels + [("result", result)],
                factory: factory)
        }
        retries = Counter(
            label: "dapr_client_retries_total", dimensions: labels, factory: factory)
        connections = Gauge(
            label: "dapr_client_connections", dimensions: labels, factory: factory)
        self.dials = dials("ok")
        failedDials = dials("failed")
    }

    func ended(_ labels: CallLabels, after duration: Duration) {
        guard let call = call(labels) else { return }
        call.count.increment()
        call.duration.recordNanoseconds(duration.nanosecondsClamped)
    }

    private func call(_ labels: CallLabels) -> Call? {
        if let call = calls[labels] { return call }
        guard calls.count < Self.maxCalls else { return nil }
        let dimensions = [
            ("api", api), ("operation", labels.operation), ("result", labels.result),
        ]
        let call = Call(
            count: Counter(
                label: "dapr_client_calls_total", dimensions: dimensions, factory: factory),
            duration: Timer(
                label: "dapr_client_call_duration_seconds", dimensions: dimensions,
                factory: factory))
        calls[labels] = call
        return call
    }

    func connected(now count: Int) {
        dials.increment()
        connections.record(count)
    }
}
