import ArgumentParser
import DevSidecar
import FoundationEssentials

/// Options for the apps in the sidecar's process.
struct LocalAppOptions: ParsableArguments {
    @Option(help: "The id of the HTTP app in this process, which echoes.")
    var echoAppId = "echo-app"

    @Option(help: "The id of the gRPC app in this process.")
    var grpcAppId = "grpc-app"

    @Option(
        help: "A JSON file with what the HTTP app subscribes to, as /dapr/subscribe gives it.",
        completion: .file())
    var subscriptions: String?

    @Option(
        name: .customLong("actor-type"),
        help: "An actor type that the HTTP app hosts. May be repeated.")
    var actorTypes: [String] = []

    @Option(
        name: .customLong("stopped-app"),
        help: "The id of an app that is gone though its sidecar is there. May be repeated.")
    var stoppedApps: [String] = []

    @Option(
        name: .customLong("stopped-sidecar"),
        help: "The id of an app whose sidecar is gone. May be repeated.")
    var stoppedSidecars: [String] = []

    @Option(
        name: .customLong("app"),
        help: ArgumentHelp(
            "An app in another process on this machine, as ID=http://127.0.0.1:PORT or"
                + " ID=grpc://127.0.0.1:PORT. May be repeated.", valueName: "app"),
        transform: server)
    var servers: [(id: String, app: SidecarConfiguration.App)] = []

    private static func server(_ text: String) throws -> (String, SidecarConfiguration.App) {
        let parts = text.split(separator: "=", maxSplits: 1)
        for (scheme, isGRPC) in [("http", false), ("grpc", true)] {
            let prefix = "\(scheme)://127.0.0.1:"
            guard parts.count == 2, parts[1].hasPrefix(prefix),
                let port = UInt16(parts[1].dropFirst(prefix.count)), port > 0
            else { continue }
            return (String(parts[0]), SidecarConfiguration.App(port: port, isGRPC: isGRPC))
        }
        throw ValidationError(
            "'\(text)' is neither ID=http://127.0.0.1:PORT nor ID=grpc://127.0.0.1:PORT")
    }

    /// The apps of these options.
    func localApps() throws -> LocalApps {
        var apps = LocalApps()
        apps.echoID = echoAppId
        apps.greeterID = grpcAppId
        apps.actorTypes = actorTypes
        apps.stoppedApps = stoppedApps
        for server in servers { apps.servers[server.id] = server.app }
        apps.stoppedSidecars = stoppedSidecars
        if let subscriptions {
            do {
                apps.subscriptions = try Array(Data(contentsOf: URL(filePath: subscriptions)))
            } catch {
                throw ValidationError("'\(subscriptions)' cannot be read")
            }
        }
        return apps
    }
}
