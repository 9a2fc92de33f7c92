public import CoreMetrics
import EventLoop
public import Logging

extension DaprClient {
    /// Where the sidecar is, and how to talk to it.
    public struct Configuration: Sendable {
        /// Where the HTTP API is.
        public var httpEndpoint: SidecarEndpoint
        /// Where the gRPC API is.
        public var grpcEndpoint: SidecarEndpoint
        /// Which API is used.
        public var `protocol`: DaprProtocol
        /// Sent as `dapr-api-token`; nil sends none.
        public var apiToken: String?
        /// How long a call may take when it does not say.
        public var timeout: Duration = .seconds(10)
        /// How long connecting may take.
        public var dialTimeout: Duration = .seconds(5)
        /// The longest value, event or body in bytes, in each direction; 4 MiB is the sidecar's own
        /// default (`--max-body-size`). The sidecar counts the message around it as well, so it may
        /// refuse one that is nearly as long.
        public var maxBodySize = 4 << 20
        /// The longest header list sent to the HTTP API, in bytes, counted as HTTP/2 does: 3.5 KiB.
        /// The sidecar ends the whole connection at about 4 KiB (`--read-buffer-size`).
        public var headerLimit = 3584
        /// How TLS is done, where an endpoint asks for it.
        public var tls = TLSSettings()
        /// Whether calls wait for a sidecar that cannot be reached, until their deadline, instead of
        /// failing at once. A call can say otherwise (``CallOptions/waitsForSidecar``).
        public var waitsForSidecar = false
        /// The most connections to each API.
        public var maxConnections = 4
        /// Sent as `user-agent`.
        public var userAgent = "daprgw/0.1.0"
        /// Told what connections and calls do: failures to connect as warnings, the rest as debug and
        /// trace. Tokens, keys and values never stand there. Nil logs nothing.
        public var logger: Logger?
        /// Where metrics `dapr_client_...` go, such as `MetricsSystem.factory`; nil makes none.
        public var metrics: (any MetricsFactory)?

        /// A configuration for a sidecar on this machine's default ports, unless told otherwise.
        public init(
            httpEndpoint: SidecarEndpoint = SidecarEndpoint(host: "127.0.0.1", port: 3500),
            grpcEndpoint: SidecarEndpoint = SidecarEndpoint(host: "127.0.0.1", port: 50001),
            protocol: DaprProtocol = .http, apiToken: String? = nil
        ) {
            self.httpEndpoint = httpEndpoint
            self.grpcEndpoint = grpcEndpoint
            self.protocol = `protocol`
            self.apiToken = apiToken
        }

        /// The configuration that an environment gives, as Dapr's SDKs read it: a host or port that
        /// is passed here, else `DAPR_HTTP_ENDPOINT` and `DAPR_GRPC_ENDPOINT`, else `127.0.0.1` with
        /// `DAPR_HTTP_PORT` and `DAPR_GRPC_PORT`, else 3500 and 50001. The token is
        /// `DAPR_API_TOKEN`. Empty variables count as unset.
        ///
        /// - Parameters:
        ///   - environment: names and values; nil means those of the process.
        ///   - host: goes before both endpoint variables; `https://host` asks for TLS.
        ///   - httpPort: goes before `DAPR_HTTP_ENDPOINT`.
        ///   - grpcPort: goes before `DAPR_GRPC_ENDPOINT`.
        /// - Throws: `.invalidArgument` or `.notSupported`, naming the value that is wrong.
        public static func fromEnvironment(
            _ environment: [String: String]? = nil, host: String? = nil, httpPort: UInt16? = nil,
            grpcPort: UInt16? = nil
        ) throws(DaprError) -> Configuration {
            let environment = environment ?? ProcessEnvironment.current
            func variable(_ name: String) -> String? {
                environment[name].flatMap { $0.isEmpty ? nil : $0 }
            }
            func port(
                _ given: UInt16?, _ name: String, _ standard: UInt16
            ) throws(DaprError) -> UInt16 {
                if let given { return given }
                guard let text = variable(name) else { return standard }
                guard let port = UInt16(text), port > 0 else {
                    throw DaprError(.invalidArgument, "\(name) is '\(text)', which is no port")
                }
                return port
            }
            var configuration = Configuration(apiToken: variable("DAPR_API_TOKEN"))
            if host == nil, httpPort == nil, let text = variable("DAPR_HTTP_ENDPOINT") {
                configuration.httpEndpoint = try SidecarEndpoint(http: text)
            } else {
                let port = try port(httpPort, "DAPR_HTTP_PORT", 3500)
                configuration.httpEndpoint =
                    if let host, host.contains("://") {
                        try SidecarEndpoint(http: "\(host):\(port)")
                    } else { SidecarEndpoint(host: host ?? "127.0.0.1", port: port) }
            }
            if host == nil, grpcPort == nil, let text = variable("DAPR_GRPC_ENDPOINT") {
                configuration.grpcEndpoint = try SidecarEndpoint(grpc: text)
            } else {
                let port = try port(grpcPort, "DAPR_GRPC_PORT", 50001)
                configuration.grpcEndpoint =
                    if let host, host.contains("://") {
                        try SidecarEndpoint(grpc: "\(host):\(port)")
                    } else { SidecarEndpoint(host: host ?? "127.0.0.1", port: port) }
            }
            return configuration
        }
    }
}
