import ArgumentParser
import Gateway

/// `daprgw`: the gateway and the tools around it.
struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daprgw",
        abstract: "Dapr for everything that speaks plain HTTP.",
        version: Version.current,
        subcommands: [
            ServeCommand.self, DevCommand.self, SidecarCommand.self, CheckCommand.self,
            RoutesCommand.self, VersionCommand.self,
        ])
}

Root.main()
