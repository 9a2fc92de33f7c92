import CoreMetrics
import EventLoop
import HTTP2
import Logging

/// Who is told what a client does: a log, metrics, or both.
struct ObserverSettings: Sendable {
    var logger: Logger?
    var metrics: (any MetricsFactory)?

    /// The observer of one API's connections; nil when nobody is to be told, so that it costs nothing.
    func observer(of api: DaprProtocol, at endpoint: SidecarEndpoint) -> PoolObserver? {
        guard logger != nil || metrics != nil else { return nil }
        return PoolObserver(api, at: endpoint, self)
    }
}

/// Tells a log and metrics what the connections to one API do. It never gets to see a token, a key
/// or a value.
///
/// Belongs to the loop's thread.
final class PoolObserver {
    private let api: DaprProtocol
    private let logger: Logger?
    private let metrics: ClientMetrics?
    private var connections = 0

    fileprivate init(
        _ api: DaprProtocol, at endpoint: SidecarEndpoint, _ settings: ObserverSettings
    ) {
        self.api = api
        var logger = settings.logger
        logger?[metadataKey: "dapr.api"] = "\(api.rawValue)"
        logger?[metadataKey: "dapr.endpoint"] = "\(endpoint)"
        self.logger = logger
        metrics = settings.metrics.map { ClientMetrics($0, api: api.rawValue) }
    }

    // MARK: - Calls

    /// A call is over, after so long.
    func ended(_ head: HeaderBlock, _ outcome: Exchange.Outcome, after duration: Duration) {
        let call = CallLabels(api, head, outcome)
        metrics?.ended(call, after: duration)
        guard let logger else { return }
        logger.log(
            level: call.isSuccess ? .trace : .debug, "call ended",
            metadata: [
                "dapr.operation": "\(call.operation)", "dapr.result": "\(call.result)",
                "dapr.duration": "\(duration)",
            ])
    }

    /// A call is sent again, because the sidecar had certainly not processed it.
    func retried(_ head: HeaderBlock) {
        metrics?.retries.increment()
        logger?.debug(
            "call is sent again",
            metadata: ["dapr.operation": "\(CallLabels.operation(api, head))"])
    }

    // MARK: - Connections

    /// A connection was made.
    func connected(_ id: Int) {
        connections += 1
        metrics?.connected(now: connections)
        logger?.debug("connected to the sidecar", metadata: ["dapr.connection": "\(id)"])
    }

    /// A connection could not be made, or is over.
    func closed(_ id: Int, _ reason: String, wasConnected: Bool) {
        guard wasConnected else {
            metrics?.failedDials.increment()
            logger?.warning(
                "no connection to the sidecar",
                metadata: ["dapr.connection": "\(id)", "dapr.reason": "\(reason)"])
            return
        }
        connections -= 1
        metrics?.connections.record(connections)
        logger?.debug(
            "connection to the sidecar is over",
            metadata: ["dapr.connection": "\(id)", "dapr.reason": "\(reason)"])
    }
}
