import ArgumentParser
import DevSidecar
import EventLoop
import Gateway
import Synchronization

/// `daprgw dev`: a development sidecar and the gateway in front of it, in one process but over real
/// sockets.
struct DevCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run a development sidecar and the gateway in front of it; needs no Dapr.",
        discussion: """
            Everything is in memory and gone at the end. The sidecar takes ports 3500 and 50001, or \
            free ones when those are taken, and says which.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let daemon = try Daemon()
        var configuration = try options.load()
        let sidecar = try DevSidecar.starting(on: daemon.loop)
        configuration.sidecar.http = sidecar.addresses.http.description
        configuration.sidecar.grpc = sidecar.addresses.grpc.description
        configuration.defaults.state = configuration.defaults.state ?? "statestore"
        configuration.defaults.pubsub = configuration.defaults.pubsub ?? "pubsub"
        configuration.defaults.secrets = configuration.defaults.secrets ?? "secretstore"
        try daemon.run(try options.gateway(configuration)) { addresses in
            Self.greet(addresses, sidecar.addresses)
        }
    }
}
