import ArgumentParser
import DevSidecar
import EventLoop
import Gateway

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
        let sidecar = try DevelopmentSidecar(on: daemon.loop)
        configuration.sidecar.http = sidecar.addresses.http.description
        configuration.sidecar.grpc = sidecar.addresses.grpc.description
        configuration.defaults.state = configuration.defaults.state ?? "statestore"
        configuration.defaults.pubsub = configuration.defaults.pubsub ?? "pubsub"
        configuration.defaults.secrets = configuration.defaults.secrets ?? "secretstore"
        configuration.defaults.configuration =
            configuration.defaults.configuration ?? "configstore"
        let isOtherPort = sidecar.isOnOtherPorts
        try daemon.run(
            try options.gateway(configuration),
            started: { addresses in
                StandardOutput.write(
                    Self.greeting(addresses, sidecar.addresses, isOtherPort: isOtherPort))
            }, stopped: { await sidecar.stop() })
    }

    private static func greeting(
        _ gateway: Gateway.Addresses, _ sidecar: DevSidecar.Addresses, isOtherPort: Bool
    ) -> String {
        let url = gateway.listen.first.map { $0.port == nil ? "\($0)" : "http://\($0)" } ?? ""
        let note = isOtherPort ? " (3500 or 50001 are taken)" : ""
        return """
            sidecar  http://\(sidecar.http), gRPC \(sidecar.grpc)\(note)
            gateway  \(url)
            admin    \(gateway.admin.map { "http://\($0)" }.joined(separator: ", "))

            Try, in another shell:

              echo '{"id":17}' > order.json
              curl -T order.json \(url)/v1/state/-/orders/17
              curl \(url)/v1/state/-/orders/17
              curl -d '{"id":17}' \(url)/v1/publish/-/orders
              curl \(url)/v1/secrets/-/db-password
              curl -d hello \(url)/v1/invoke/echo/greet
              curl \(url)/

            """
    }
}
