import ArgumentParser
import DevSidecar
import EventLoop
import FoundationEssentials
import Synchronization
import TLS

/// `daprgw sidecar`: the development sidecar alone.
struct SidecarCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidecar",
        abstract: "Run a development sidecar that keeps everything in memory.",
        discussion: """
            It answers Dapr's HTTP API (HTTP/1.1 and h2c) and gRPC API, and prints where when it \
            is ready. A components file is a JSON array of objects with "name", "type" and \
            "metadata"; without one there is a state store "statestore" and a broker "pubsub".
            """)

    @Option(help: "The port of the HTTP API; 0 for any that is free.")
    var httpPort: UInt16 = 3500

    @Option(help: "The port of the gRPC API; 0 for any that is free.")
    var grpcPort: UInt16 = 50001

    @Option(
        help: "Listen on dapr-APPID-http.socket and -grpc.socket in this directory, not on ports.",
        completion: .directory)
    var unixDomainSocket: String?

    @Option(help: "A certificate in PEM: both ports then speak TLS.", completion: .file())
    var tlsCertificate: String?

    @Option(help: "The private key of that certificate.", completion: .file())
    var tlsKey: String?

    @Option(help: "A port that serves health and metadata without a token.")
    var publicPort: UInt16?

    @Option(help: "The id of the app that the sidecar belongs to.")
    var appId: String?

    @Option(help: "The port of that app on this machine, which may start later.")
    var appPort: UInt16?

    @Option(help: "What that app speaks: http or grpc.")
    var appProtocol = "http"

    @OptionGroup(title: "Apps")
    var localApps: LocalAppOptions

    @Option(help: "A JSON file that lists the components.", completion: .file())
    var components: String?

    @Option(
        help: ArgumentHelp(
            "Behave like a recorded sidecar, for tests: "
                + profileNames + "."),
        transform: profile(named:))
    var profile: SidecarProfile?

    @Option(help: "The file behind the secret stores of a profile.", completion: .file())
    var secretsFile: String?

    @Option(
        help: "The folder with the keys of a profile's cryptography.", completion: .directory)
    var keysFolder: String?

    @Option(
        help: "The folder of a profile's file binding (default: a temporary one).",
        completion: .directory)
    var filesFolder: String?

    @Option(help: "The token that every call must carry (default: $DAPR_API_TOKEN).")
    var apiToken: String?

    @Option(help: "The longest body and message, in bytes.")
    var maxBodySize: Int?

    @Option(help: "Milliseconds added to each call.")
    var latency = 0

    @Option(help: "How many calls are worked on at a time.")
    var maxConcurrency: Int?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether there are actors, reminders and workflows (default: except in a profile).")
    var placement: Bool?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether there are jobs (default: except in a profile).")
    var scheduler: Bool?

    private static let profileNames = SidecarProfile.allCases.map(\.rawValue)
        .joined(separator: ", ")

    private static func profile(named name: String) throws -> SidecarProfile {
        guard let profile = SidecarProfile(rawValue: name) else {
            throw ValidationError("the profiles are " + profileNames)
        }
        return profile
    }

    func validate() throws {
        guard ["http", "grpc"].contains(appProtocol) else {
            throw ValidationError("--app-protocol is http or grpc")
        }
        guard latency >= 0, maxConcurrency ?? 1 > 0, maxBodySize ?? 1 > 0 else {
            throw ValidationError("latency, concurrency and body size must be positive")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        guard profile == nil || secretsFile != nil || components == nil else {
            throw ValidationError("a profile brings its own components")
        }
    }

    func run() throws {
        let configuration = try sidecarConfiguration()
        let loop = try EventLoop()
        let (ends, ending) = AsyncStream.makeStream(of: Int32.self)
        // SIGINT and SIGTERM.
        let signals = try SignalSource([2, 15], on: loop) { _ in ending.yield(0) }
        let status = ExitStatus()
        let sidecar = DevSidecar(configuration: configuration, loop: loop) { isForced in
            ending.yield(isForced ? 1 : 0)
        }
        Task(executorPreference: loop) {
            defer { loop.stop() }
            do {
                StandardOutput.write(Self.line(try await sidecar.start()))
            } catch {
                StandardOutput.write("daprgw sidecar: \(error)\n")
                return status.code.store(1, ordering: .relaxed)
            }
            for await code in ends {
                status.code.store(code, ordering: .relaxed)
                return await sidecar.stop()
            }
        }
        loop.run()
        signals.cancel()
        let code = status.code.load(ordering: .relaxed)
        if code != 0 { throw ExitCode(code) }
    }

    /// What a program that started the sidecar waits for: the ports, or the addresses of unix sockets,
    /// as JSON.
    private static func line(_ addresses: DevSidecar.Addresses) -> String {
        func place(_ address: SocketAddress) -> String {
            address.port.map { "\($0)" } ?? "\"\(address)\""
        }
        var line = "{\"http\":\(place(addresses.http)),\"grpc\":\(place(addresses.grpc))"
        if let address = addresses.publicHTTP { line += ",\"public\":\(place(address))" }
        return line + "}\n"
    }

    private func sidecarConfiguration() throws -> SidecarConfiguration {
        var configuration: SidecarConfiguration
        let app = appPort.map {
            SidecarConfiguration.App(port: $0, isGRPC: appProtocol == "grpc")
        }
        if let profile {
            configuration = profile.configuration(
                secretsFile: secretsFile, keysFolder: keysFolder, filesFolder: filesFolder)
            if let appId { configuration.appID = appId }
        } else {
            configuration = SidecarConfiguration(appID: appId ?? "daprgw")
            configuration.components =
                if let components { try ComponentsFile.read(components) } else {
                    [
                        Component(
                            name: "statestore", type: "state.in-memory",
                            metadata: ["actorStateStore": "true"]),
                        Component(name: "pubsub", type: "pubsub.in-memory"),
                    ]
                }
        }
        configuration.app = app
        configuration.localApps = try localApps.localApps()
        configuration.httpAddress = .ip("127.0.0.1", port: httpPort)
        configuration.grpcAddress = .ip("127.0.0.1", port: grpcPort)
        if let unixDomainSocket { configuration.listen(inDirectory: unixDomainSocket) }
        if let tlsCertificate, let tlsKey {
            configuration.tls = TLSContext.Identity(
                certificates: try SystemFiles.read(tlsCertificate),
                privateKey: try SystemFiles.read(tlsKey))
        }
        if let publicPort { configuration.publicAddress = .ip("127.0.0.1", port: publicPort) }
        let environment = ProcessInfo.processInfo.environment
        configuration.environment = environment
        configuration.apiToken = apiToken ?? environment["DAPR_API_TOKEN"]
        configuration.allowsH2C = environment["DAPR_HTTP_DISABLE_H2C"] != "true"
        if let placement { configuration.hasPlacement = placement }
        if let scheduler { configuration.hasScheduler = scheduler }
        if let maxBodySize { configuration.maxBodySize = maxBodySize }
        configuration.latency = .milliseconds(latency)
        configuration.maxConcurrency = maxConcurrency
        return configuration
    }
}

/// How the process ends, told by the loop.
private final class ExitStatus: Sendable {
    let code = Atomic<Int32>(0)
}
