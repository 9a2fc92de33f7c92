import DaprClient
import EventLoop

/// A moment's numbers of all shards together.
struct Metrics: Sendable {
    var meters = Meters()
    var clientConnections = 0
    /// By the sidecar's API, as far as it is used.
    var sidecar: [DaprProtocol: ConnectionStatistics] = [:]
    var isSidecarReady = false
    var startTime = 0.0

    /// All of them in Prometheus' text format.
    func text(process: ProcessStatistics) -> String {
        var text = PrometheusText()
        writeRequests(to: &text)
        writeSidecar(to: &text)
        writeProcess(process, to: &text)
        return text.text
    }

    private func writeRequests(to text: inout PrometheusText) {
        let series = meters.all
        text.family("daprgw_http_requests_total", .counter, "Requests by route, method and status.")
        for (route, one) in series {
            for (code, count) in one.codes.sorted(by: { $0.code < $1.code }) {
                text.sample(
                    "daprgw_http_requests_total",
                    [("route", route), ("method", one.method), ("code", String(code))], count)
            }
        }
        text.family(
            "daprgw_http_request_duration_seconds", .histogram,
            "Time from the head of a request to the end of its response.")
        for (route, one) in series {
            text.sample(
                "daprgw_http_request_duration_seconds",
                [("route", route), ("method", one.method)], one.durations)
        }
        text.family("daprgw_http_requests_in_flight", .gauge, "Requests that wait for an answer.")
        text.sample("daprgw_http_requests_in_flight", meters.inFlight)
        text.family("daprgw_http_connections", .gauge, "Open client connections.")
        text.sample("daprgw_http_connections", clientConnections)
        text.family(
            "daprgw_http_dropped_fields_total", .counter,
            "Header fields that were not passed on because of their names.")
        text.sample("daprgw_http_dropped_fields_total", meters.droppedFields)
    }

    private func writeSidecar(to text: inout PrometheusText) {
        text.family(
            "daprgw_sidecar_ready", .gauge, "Whether the sidecar answered its last health check.")
        text.sample("daprgw_sidecar_ready", isSidecarReady ? 1 : 0)
        typealias Family = (
            name: String, kind: PrometheusText.Kind, help: String,
            value: KeyPath<ConnectionStatistics, Int>
        )
        let families: [Family] =
            [
                ("connections", .gauge, "Open connections to the sidecar.", \.connections),
                ("streams", .gauge, "Calls to the sidecar that are under way.", \.openStreams),
                ("waiting_calls", .gauge, "Calls that wait for a connection.", \.waiting),
                (
                    "reconnects_total", .counter,
                    "Connections that were made after the first one.", \.reconnects
                ),
                (
                    "failed_connects_total", .counter,
                    "Connections that could not be made.", \.failedDials
                ),
                (
                    "retries_total", .counter,
                    "Calls that were sent again because they had certainly not been processed.",
                    \.retries
                ),
            ]
        for (name, kind, help, value) in families {
            text.family("daprgw_sidecar_\(name)", kind, help)
            for (api, statistics) in sidecar.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                text.sample(
                    "daprgw_sidecar_\(name)", [("api", api.rawValue)], statistics[keyPath: value])
            }
        }
    }

    private func writeProcess(_ process: ProcessStatistics, to text: inout PrometheusText) {
        text.family("daprgw_build_info", .gauge, "The version, as a label.")
        text.sample("daprgw_build_info", [("version", Version.current)], 1)
        text.family("process_cpu_seconds_total", .counter, "User and system CPU time in seconds.")
        text.sample(
            "process_cpu_seconds_total",
            seconds: Double(process.cpuTime.nanosecondsClamped) / 1e9)
        text.family("process_resident_memory_bytes", .gauge, "Resident memory in bytes.")
        text.sample("process_resident_memory_bytes", process.residentMemory)
        text.family("process_virtual_memory_bytes", .gauge, "Virtual memory in bytes.")
        text.sample("process_virtual_memory_bytes", process.virtualMemory)
        text.family("process_open_fds", .gauge, "Open file descriptors.")
        text.sample("process_open_fds", process.openDescriptors)
        text.family("process_max_fds", .gauge, "The limit of open file descriptors.")
        text.sample("process_max_fds", process.maxDescriptors)
        text.family(
            "process_start_time_seconds", .gauge, "Start of the process since the epoch in seconds."
        )
        text.sample("process_start_time_seconds", seconds: startTime)
    }
}

extension Metrics {
    /// Adds the numbers of another shard.
    mutating func add(_ other: Metrics) {
        meters.add(other.meters)
        clientConnections += other.clientConnections
        sidecar.merge(other.sidecar) { $0 + $1 }
    }
}

extension ConnectionStatistics {
    /// Connections that were made after the first one.
    fileprivate var reconnects: Int { max(0, connected - 1) }
}
