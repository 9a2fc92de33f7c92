import DevSidecar
import EventLoop
import TLS

@testable import DaprClient

/// The ways in which a sidecar can be reached; what is done over them must not show it.
enum Way: String, CaseIterable {
    case plain, withoutHTTP2, unixSocket, abstractSocket, unixWithoutHTTP2, tls, tlsWithoutHTTP2
    case tlsOverUnix

    var usesTLS: Bool { self == .tls || self == .tlsWithoutHTTP2 || self == .tlsOverUnix }

    /// Sets a sidecar up so that it is reached this way.
    func apply(to configuration: inout SidecarConfiguration) throws {
        let folder = ProcessEnvironment.current["TMPDIR"] ?? "/tmp"
        let name = "daprgw-\(UInt32.random(in: 0 ... .max))"
        switch self {
        case .unixSocket, .unixWithoutHTTP2, .tlsOverUnix:
            configuration.httpAddress = .unix(path: "\(folder)/\(name)-h")
            configuration.grpcAddress = .unix(path: "\(folder)/\(name)-g")
        case .abstractSocket:
            configuration.httpAddress = .unix(path: "@\(name)-h")
            configuration.grpcAddress = .unix(path: "@\(name)-g")
        case .plain, .withoutHTTP2, .tls, .tlsWithoutHTTP2: break
        }
        switch self {
        case .withoutHTTP2, .tlsWithoutHTTP2, .unixWithoutHTTP2: configuration.allowsH2C = false
        default: break
        }
        if usesTLS { configuration.tls = try Certificates.server() }
    }
}

/// What `Tests/Fixtures/tls` holds.
enum Certificates {
    static func path(_ name: String) -> String {
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            + "/Fixtures/tls/\(name)"
    }

    static func server(_ name: String = "server") throws -> TLSContext.Identity {
        TLSContext.Identity(
            certificates: try SystemFiles.read(path("\(name).pem")),
            privateKey: try SystemFiles.read(path("server.key")))
    }

    /// A client that trusts our own authority only.
    static var trusting: TLSSettings {
        var settings = TLSSettings()
        settings.authorities = .file(path("ca.pem"))
        return settings
    }
}
