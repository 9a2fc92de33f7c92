import ArgumentParser
import Gateway

/// `daprgw serve`: the daemon.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the gateway in front of a Dapr sidecar.",
        discussion: """
            The sidecar is the one that the configuration names, else the one that DAPR_GRPC_PORT, \
            DAPR_HTTP_PORT, DAPR_GRPC_ENDPOINT and DAPR_HTTP_ENDPOINT name; the token comes from \
            DAPR_API_TOKEN. SIGTERM and SIGINT let requests in flight finish. Exit status: 0 after \
            a signal, 1 when an address cannot be listened on, 78 for a wrong configuration.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let daemon = try Daemon()
        let configuration = try options.load()
        try daemon.run(try options.gateway(configuration))
    }
}
