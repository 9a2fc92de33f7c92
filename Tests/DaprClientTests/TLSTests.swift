import DevSidecar
import EventLoop
import TLS
import Testing

@testable import DaprClient

@Suite("TLS to the sidecar")
struct TLSTests {
    private func failure(
        _ protocol: DaprProtocol, server name: String = "server", allowsH2C: Bool = true,
        usesTLS: Bool = true, demandsCertificate: Bool = false, host: String = "127.0.0.1",
        grpcPort: KeyPath<DevSidecar.Addresses, SocketAddress> = \.grpc,
        _ settings: TLSSettings
    ) async throws -> DaprError? {
        var configuration = SidecarConfiguration(
            appID: "app", components: [Component(name: "s", type: "state.in-memory")])
        if usesTLS { configuration.tls = try Certificates.server(name) }
        if demandsCertificate {
            configuration.tlsClients = .certificates(
                try SystemFiles.read(Certificates.path("ca.pem")))
        }
        configuration.allowsH2C = allowsH2C
        let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
        let sidecar = DevSidecar(configuration: configuration, loop: thread.loop)
        let addresses = try await sidecar.start()
        var client = DaprClient.Configuration(
            httpEndpoint: .init(host: host, port: addresses.http.port ?? 0, usesTLS: true),
            grpcEndpoint: .init(
                host: host, port: addresses[keyPath: grpcPort].port ?? 0, usesTLS: true),
            protocol: `protocol`)
        client.tls = settings
        let dapr = try DaprClient(configuration: client)
        var failure: DaprError?
        do throws(DaprError) {
            try await dapr.state("s").save("k", "1")
        } catch {
            failure = error
        }
        await dapr.shutdown()
        await sidecar.stop()
        thread.join()
        return failure
    }

    @Test(
        "the error of a certificate that is refused says why",
        arguments: [
            DaprProtocol.http, .grpc,
        ])
    func refused(protocol: DaprProtocol) async throws {
        let trusting = Certificates.trusting
        var stranger = trusting
        stranger.authorities = .file(Certificates.path("other-ca.pem"))
        for (name, settings, text) in [
            ("expired", trusting, "certificate has expired"),
            ("elsewhere", trusting, "IP address mismatch"),
            ("server", stranger, "unable to get local issuer certificate"),
            ("server", TLSSettings(), "unable to get local issuer certificate"),
        ] {
            let error = try await failure(`protocol`, server: name, settings)
            #expect(error?.kind == .unavailable)
            #expect(error?.isUnprocessed == true)
            #expect(error?.message.contains(text) == true, "\(error?.message ?? "no error")")
        }
        let plain = try await failure(`protocol`, usesTLS: false, trusting)
        #expect(plain?.kind == .unavailable)
        #expect(plain?.message.contains("TLS") == true, "\(plain?.message ?? "no error")")
    }

    @Test("another name can be asked for, a name is looked up, and verification can be off")
    func accepted() async throws {
        var named = Certificates.trusting
        named.serverName = "elsewhere.example"
        #expect(try await failure(.grpc, server: "elsewhere", named) == nil)
        #expect(try await failure(.grpc, host: "localhost", Certificates.trusting) == nil)
        var blind = TLSSettings()
        blind.verifiesCertificate = false
        #expect(try await failure(.http, server: "expired", blind) == nil)
    }

    @Test(
        "a sidecar that demands a certificate gets it, or the call fails",
        arguments: DaprProtocol.allCases, [true, false])
    func clientCertificate(protocol: DaprProtocol, allowsH2C: Bool) async throws {
        var known = Certificates.trusting
        known.certificate = .file(Certificates.path("client.pem"))
        known.privateKey = .file(Certificates.path("client.key"))
        var stranger = known
        stranger.certificate = .file(Certificates.path("stranger.pem"))
        let welcome = try await failure(
            `protocol`, allowsH2C: allowsH2C, demandsCertificate: true, known)
        #expect(welcome == nil)
        for settings in [stranger, Certificates.trusting] {
            let error = try await failure(
                `protocol`, allowsH2C: allowsH2C, demandsCertificate: true, settings)
            #expect(error?.kind == .unavailable, "\(error?.message ?? "no error")")
        }
    }

    @Test("a server that does not agree to HTTP/2 (ALPN) is no gRPC API, which the error says")
    func protocolAgreement() async throws {
        let error = try await failure(
            .grpc, allowsH2C: false, grpcPort: \.http, Certificates.trusting)
        #expect(error?.kind == .unavailable && error?.isUnprocessed == true)
        #expect(error?.message.contains("ALPN") == true, "\(error?.message ?? "no error")")
    }

    @Test("a client whose files are wrong is not made")
    func files() {
        for (settings, text) in [
            (\TLSSettings.authorities, "/nonexistent"), (\.certificate, "go together"),
        ] {
            var tls = TLSSettings()
            tls[keyPath: settings] = .file("/nonexistent")
            var configuration = DaprClient.Configuration(
                httpEndpoint: .init(host: "h", port: 1, usesTLS: true))
            configuration.tls = tls
            let error = #expect(throws: DaprError.self) {
                try DaprClient(configuration: configuration)
            }
            #expect(error?.kind == .invalidArgument)
            #expect(error?.message.contains(text) == true)
        }
    }
}
