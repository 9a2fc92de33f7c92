import EventLoop
import JSON

/// The apps that a sidecar reaches, by their ids.
final class AppDirectory {
    /// The sidecar's own app.
    let own: LocalApp?
    /// The apps behind other sidecars, which this sidecar stands for.
    let others: [String: LocalApp]
    /// Servers that are no apps of this sidecar, by host and port.
    private var servers: [String: HTTPServerApp] = [:]
    private static let mostServers = 64
    private let loop: EventLoop

    /// The apps of a configuration. Those in this process have ports in name only.
    ///
    /// - Throws: what is wrong with the JSON of the subscriptions.
    init(_ configuration: SidecarConfiguration, on loop: EventLoop) throws(JSONError) {
        let local = configuration.localApps
        let limit = configuration.maxBodySize
        var others: [String: LocalApp] = [:]
        func server(_ app: SidecarConfiguration.App) -> LocalApp {
            guard app.isGRPC else {
                return .http(HTTPServerApp(at: "127.0.0.1", port: app.port, on: loop))
            }
            return .grpcServer(
                GRPCServerApp(at: .ip("127.0.0.1", port: app.port), limit: limit, on: loop))
        }
        if let id = local.echoID {
            let subscriptions = try local.subscriptions.map { bytes throws(JSONError) in
                try JSONValue.parse(bytes)
            }
            others[id] = .http(
                EchoApp(
                    port: LocalApps.echoPort,
                    subscriptions: subscriptions ?? EchoApp.recordedSubscriptions,
                    actorTypes: local.actorTypes))
        }
        if let id = local.greeterID { others[id] = .grpc(GreeterApp()) }
        for id in local.stoppedApps { others[id] = .http(AbsentApp(port: LocalApps.echoPort)) }
        for id in local.stoppedSidecars { others[id] = .absent(port: LocalApps.sidecarPort) }
        for (id, app) in local.servers {
            others[id] = server(app)
        }
        own = others.removeValue(forKey: configuration.appID) ?? configuration.app.map(server)
        self.others = others
        self.loop = loop
    }

    private var all: [LocalApp] { [own].compactMap(\.self) + others.values }

    /// Closes the connections to apps in other processes.
    func stop() {
        for app in all {
            switch app {
            case .http(let app): app.stop()
            case .grpcServer(let app): app.stop()
            case .grpc, .absent: break
            }
        }
        for server in servers.values { server.stop() }
    }

    /// The HTTP app, or whatever else, that listens on a host's port.
    func httpApp(at host: String, port: UInt16) -> any HTTPApp {
        for case .http(let app) in all where app.port == port { return app }
        let key = "\(host):\(port)"
        if let server = servers[key] { return server }
        let server = HTTPServerApp(at: host, port: port, on: loop)
        if servers.count == Self.mostServers, let other = servers.keys.first {
            servers.removeValue(forKey: other)?.stopWhenIdle()
        }
        servers[key] = server
        return server
    }
}
