import EventLoop
import TLS

/// How TLS is done with a sidecar whose endpoint asks for it: at least TLS 1.2, the certificate checked
/// for the endpoint's host name or address.
public struct TLSSettings: Sendable, Hashable {
    /// Certificates or a key in PEM (RFC 7468).
    public enum PEM: Sendable, Hashable {
        /// A file's path; it is read when the client is made.
        case file(String)
        /// The text itself.
        case text(String)
    }

    /// The authorities that are trusted; nil means those of the system.
    public var authorities: PEM?
    /// The client's certificate, followed by those between it and its root; nil shows none.
    public var certificate: PEM?
    /// The key of that certificate, not encrypted.
    public var privateKey: PEM?
    /// The name or address that the sidecar's certificate must be for; nil means the endpoint's host,
    /// on a unix socket `localhost`.
    public var serverName: String?
    /// Whether the sidecar's certificate is checked. Without that whoever answers is believed.
    public var verifiesCertificate = true

    /// The system's authorities and no client certificate.
    public init() {}

    /// Reads and checks the certificates and the key.
    ///
    /// - Throws: `.invalidArgument` that names the file and what is wrong with it.
    public func check() throws(DaprError) {
        _ = try context()
    }

    func context() throws(DaprError) -> TLSContext {
        var trust = TLSContext.Trust.system
        if let authorities { trust = .certificates(try Self.read(authorities)) }
        if !verifiesCertificate { trust = .anyone }
        var identity: TLSContext.Identity?
        switch (certificate, privateKey) {
        case (nil, nil): break
        case (let certificate?, let privateKey?):
            identity = TLSContext.Identity(
                certificates: try Self.read(certificate), privateKey: try Self.read(privateKey))
        case (_?, nil), (nil, _?):
            throw DaprError(
                .invalidArgument, "TLS: a client's certificate and its key go together")
        }
        do throws(TLSError) {
            return try TLSContext(trust: trust, identity: identity)
        } catch {
            throw DaprError(.invalidArgument, "\(error)\(files)")
        }
    }

    /// Which files an error can be about.
    private var files: String {
        let paths = [authorities, certificate, privateKey].compactMap { pem -> String? in
            if case .file(let path) = pem { path } else { nil }
        }
        return paths.isEmpty ? "" : " (\(paths.joined(separator: ", ")))"
    }

    private static func read(_ pem: PEM) throws(DaprError) -> [UInt8] {
        switch pem {
        case .text(let text): return Array(text.utf8)
        case .file(let path):
            do throws(SystemError) {
                return try SystemFiles.read(path, upTo: 4 << 20)
            } catch {
                throw DaprError(.invalidArgument, "TLS: \(path): \(error)")
            }
        }
    }
}
