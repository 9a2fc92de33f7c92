import ArgumentParser
import EventLoop
import Gateway

/// `--config FILE`, for every command that reads the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("config")],
        help:
            "The configuration file (YAML). Without it, defaults and Dapr's environment variables.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    /// The configuration; prints every mistake and ends with 78 (`EX_CONFIG`, sysexits.h).
    func load() throws -> Configuration {
        do {
            return try Configuration.load(file)
        } catch {
            StandardError.write("\(error)\n")
            throw ExitCode(78)
        }
    }

    /// The gateway with a configuration, not started yet.
    func gateway(_ configuration: Configuration) throws -> Gateway {
        do {
            return try Gateway(configuration, environment: ProcessEnvironment.current)
        } catch let error as ConfigurationError {
            StandardError.write("\(error)\n")
            throw ExitCode(78)
        }
    }
}
