import CoreMetrics
import DevSidecar
import EventLoop
import HTTP2
import Logging
import Synchronization
import Testing

@testable import DaprClient

/// Keeps what is logged.
private final class LogSink: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var text: String
    }

    let lines = Mutex<[Line]>([])

    var logger: Logger {
        Logger(label: "test") { [self] _ in Handler(sink: self) }
    }

    private struct Handler: LogHandler {
        let sink: LogSink
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let fields = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let line = Line(
                level: event.level,
                text: "\(event.message) " + fields.joined(separator: " "))
            sink.lines.withLock { $0.append(line) }
        }
    }
}

/// Keeps metrics by their names and labels.
private final class MetricsSink: MetricsFactory {
    let values = Mutex<[String: Int64]>([:])

    private final class Handler: CounterHandler, RecorderHandler, TimerHandler {
        let sink: MetricsSink
        let name: String

        init(sink: MetricsSink, name: String) {
            self.sink = sink
            self.name = name
        }

        func increment(by amount: Int64) {
            sink.values.withLock { $0[name, default: 0] += amount }
        }

        func reset() {}
        func record(_ value: Int64) { sink.values.withLock { $0[name] = value } }
        func record(_ value: Double) { sink.values.withLock { $0[name] = Int64(value) } }
        func recordNanoseconds(_ duration: Int64) { increment(by: 1) }
    }

    private func handler(_ label: String, _ dimensions: [(String, String)]) -> Handler {
        let labels = dimensions.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
        return Handler(sink: self, name: "\(label){\(labels)}")
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        handler(label, dimensions)
    }

    func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { handler(label, dimensions) }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        handler(label, dimensions)
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    subscript(name: String) -> Int64? { values.withLock { $0[name] } }
}

@Suite("What the client tells about itself")
struct ObservationTests {
    private let log = LogSink()
    private let metrics = MetricsSink()

    private func withClient(
        _ protocol: DaprProtocol, body: (DaprClient) async throws -> Void
    ) async throws {
        var sidecarConfiguration = SidecarConfiguration(
            appID: "app", components: [Component(name: "s", type: "state.in-memory")])
        sidecarConfiguration.apiToken = "t0ken-of-the-test"
        let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
        let sidecar = DevSidecar(configuration: sidecarConfiguration, loop: thread.loop)
        let addresses = try await sidecar.start()
        var configuration = DaprClient.Configuration(
            httpEndpoint: SidecarEndpoint(addresses.http),
            grpcEndpoint: SidecarEndpoint(addresses.grpc), protocol: `protocol`,
            apiToken: "t0ken-of-the-test")
        configuration.logger = log.logger
        configuration.metrics = metrics
        let client = try DaprClient(configuration: configuration)
        try await body(client)
        await client.shutdown()
        await sidecar.stop()
        thread.join()
    }

    @Test(
        "calls are counted by operation and result, and connections as well",
        arguments: [
            (DaprProtocol.grpc, "GetState", "grpc-3"), (.http, "GET state", "http-400"),
        ])
    func calls(protocol: DaprProtocol, operation: String, failure: String) async throws {
        let api = `protocol`.rawValue
        try await withClient(`protocol`) { client in
            try await client.state("s").save("k3y", "\"v4lue\"")
            for _ in 0..<3 { _ = try await client.state("s").get("k3y") }
            await #expect(throws: DaprError.self) { try await client.state("no").get("k3y") }
        }
        for name in ["dapr_client_calls_total", "dapr_client_call_duration_seconds"] {
            #expect(metrics["\(name){api=\(api),operation=\(operation),result=ok}"] == 3)
            #expect(metrics["\(name){api=\(api),operation=\(operation),result=\(failure)}"] == 1)
        }
        #expect(metrics["dapr_client_dials_total{api=\(api),result=ok}"] == 1)
        #expect(metrics["dapr_client_connections{api=\(api)}"] == 0)
    }

    @Test("the log tells of calls and connections, never of tokens, keys and values")
    func logged() async throws {
        try await withClient(.grpc) { client in
            try await client.state("s").save("k3y", "\"v4lue\"")
            await #expect(throws: DaprError.self) { try await client.state("no").get("k3y") }
        }
        try await withClient(.http) { client in
            _ = try await client.state("s").get("k3y")
            await #expect(throws: DaprError.self) { try await client.state("no").get("k3y") }
        }
        let lines = log.lines.withLock { $0 }
        #expect(
            lines.contains {
                $0.level == .trace && $0.text.hasPrefix("call ended ")
                    && $0.text.contains("dapr.operation=SaveState dapr.result=ok")
            })
        #expect(
            lines.contains {
                $0.level == .debug
                    && $0.text.contains("dapr.operation=GET state dapr.result=http-400")
            })
        #expect(lines.contains { $0.text.hasPrefix("connected to the sidecar ") })
        for secret in ["t0ken", "k3y", "v4lue"] {
            #expect(!lines.contains { $0.text.contains(secret) })
        }
    }

    @Test("a sidecar that is not there is a warning and a failed dial")
    func unreachable() async throws {
        var configuration = DaprClient.Configuration(
            // Nothing listens on port 1 of the loopback.
            httpEndpoint: SidecarEndpoint(host: "127.0.0.1", port: 1), protocol: .http)
        configuration.logger = log.logger
        configuration.metrics = metrics
        let client = try DaprClient(configuration: configuration)
        let health = await client.health()
        #expect(health.reason?.kind == .unavailable)
        #expect(!health.isReady)
        await client.shutdown()
        #expect(log.lines.withLock { $0.contains { $0.level == .warning } })
        #expect(metrics["dapr_client_dials_total{api=http,result=failed}"] == 1)
        #expect(
            metrics["dapr_client_calls_total{api=http,operation=GET healthz,result=unavailable}"]
                == 1)
    }

    @Test("a call that is sent again is counted")
    func retries() async throws {
        let peer = try Peer { request in
            request.number == 1 ? .reset(.refusedStream) : .http(204)
        }
        let address = try await peer.listen()
        var configuration = DaprClient.Configuration(
            httpEndpoint: SidecarEndpoint(address), protocol: .http)
        configuration.metrics = metrics
        let client = try DaprClient(configuration: configuration)
        #expect(await client.health() == .ready)
        await client.shutdown()
        await peer.stop()
        #expect(metrics["dapr_client_retries_total{api=http}"] == 1)
    }

    @Test("labels have few values, whatever is called")
    func labels() throws {
        func labels(_ api: DaprProtocol, _ method: String, _ path: String) throws -> String {
            var head = HeaderBlock()
            try head.append(":method", method)
            try head.append(":path", path)
            return CallLabels.operation(api, head)
        }
        #expect(try labels(.http, "POST", "/v1.0/invoke/app/method/x?y=z") == "POST invoke")
        #expect(try labels(.http, "GET", "/v1.0/metadata") == "GET metadata")
        #expect(try labels(.http, "GET", "/v1.0/healthz?appid=x") == "GET healthz")
        #expect(try labels(.http, "BREW", "/v1.0/invoke/app/method/x") == "other invoke")
        #expect(try labels(.grpc, "POST", "/dapr.proto.runtime.v1.Dapr/GetState") == "GetState")
        #expect(try labels(.grpc, "POST", "/helloworld.Greeter/SayHello") == "proxy")
        #expect(try labels(.grpc, "POST", "/") == "other")
    }
}
