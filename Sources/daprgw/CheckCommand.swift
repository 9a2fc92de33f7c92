import ArgumentParser
import EventLoop
import Gateway

/// `daprgw check`: is a configuration right, and what does it come to?
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a configuration file; all mistakes are told at once.",
        discussion: "Exit status: 0 when the configuration is right, 78 when it is not.")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print the whole configuration, defaults included, as YAML.")
    var print = false

    func run() throws {
        let configuration = try options.load()
        do {
            try configuration.validate(environment: ProcessEnvironment.current)
        } catch {
            StandardError.write("\(error)\n")
            throw ExitCode(78)
        }
        if print { StandardOutput.write(configuration.yaml) }
    }
}
