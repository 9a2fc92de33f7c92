import ArgumentParser

struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daprgw", subcommands: [SidecarCommand.self])
}

Root.main()
