import ArgumentParser
import EventLoop
import Gateway

/// `daprgw version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version.")

    func run() throws {
        StandardOutput.write("daprgw \(Version.current)\n")
    }
}
