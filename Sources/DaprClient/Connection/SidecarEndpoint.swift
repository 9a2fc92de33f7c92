public import EventLoop

/// Where one of a sidecar's APIs is reached.
public struct SidecarEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// What there is to connect to.
    public enum Target: Sendable, Hashable {
        /// A numeric address or a unix socket.
        case address(SocketAddress)
        /// A host name, looked up before each connection is made.
        case host(String, port: UInt16)
    }

    /// What to connect to.
    public let target: Target
    /// Whether the connection is made inside TLS.
    public let usesTLS: Bool

    /// An endpoint at a numeric address or unix socket.
    public init(_ address: SocketAddress, usesTLS: Bool = false) {
        target = .address(address)
        self.usesTLS = usesTLS
    }

    /// An endpoint at a host name or numeric address.
    ///
    /// - Parameters:
    ///   - host: a name or an address, IPv6 without brackets.
    ///   - port: the TCP port.
    ///   - usesTLS: whether the connection is made inside TLS.
    public init(host: String, port: UInt16, usesTLS: Bool = false) {
        let address = SocketAddress.ip(host, port: port)
        target = address.isValid ? .address(address) : .host(host, port: port)
        self.usesTLS = usesTLS
    }

    /// `myhost:50001`, `[::1]:3500`, `unix:/run/dapr.sock` or `myhost:443 (TLS)`.
    public var description: String { usesTLS ? place + " (TLS)" : place }

    private var place: String {
        switch target {
        case .address(let address): address.description
        case .host(let host, let port): "\(host):\(port)"
        }
    }

    /// What requests say in `:authority`; `localhost` on a unix socket.
    var authority: String {
        if case .address(.unix) = target { "localhost" } else { place }
    }

    /// What requests say in `:scheme`.
    var scheme: String { usesTLS ? "https" : "http" }

    /// The name or address that a certificate must be for, unless another one is set.
    var serverName: String {
        switch target {
        case .address(.ip(let host, _)), .host(let host, _): host
        case .address(.unix): "localhost"
        }
    }
}
