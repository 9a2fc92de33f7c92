import TLS

/// The way to one API of a sidecar, and what was learnt about it.
///
/// Belongs to the loop's thread.
final class SidecarRoute {
    let endpoint: SidecarEndpoint
    let dialTimeout: Duration
    /// The rules of TLS, where the endpoint asks for it, and the name that the certificate is for.
    let tls: (context: TLSContext, serverName: String)?
    /// Whether HTTP/1.1 will do, which is so for the HTTP API only.
    let allowsHTTP1: Bool
    /// What the sidecar speaks without TLS, where ALPN says; nil while nobody knows.
    var speaksHTTP1: Bool?

    init(
        to endpoint: SidecarEndpoint, dialTimeout: Duration,
        tls: (context: TLSContext, serverName: String)?, allowsHTTP1: Bool
    ) {
        self.endpoint = endpoint
        self.dialTimeout = dialTimeout
        self.tls = tls
        self.allowsHTTP1 = allowsHTTP1
        // Only HTTP/2 will do, so there is nothing to find out.
        if !allowsHTTP1 { speaksHTTP1 = false }
    }

    /// What is offered to a TLS server, best first (RFC 7301).
    var protocols: [String] { allowsHTTP1 ? ["h2", "http/1.1"] : ["h2"] }
}
