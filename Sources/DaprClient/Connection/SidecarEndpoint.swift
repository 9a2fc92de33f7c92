public import EventLoop

/// Where one of a sidecar's APIs is reached, in plain text.
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

    /// An endpoint at a numeric address or unix socket.
    public init(_ address: SocketAddress) {
        target = .address(address)
    }

    /// An endpoint at a host name or numeric address.
    ///
    /// - Parameters:
    ///   - host: a name or an address, IPv6 without brackets.
    ///   - port: the TCP port.
    public init(host: String, port: UInt16) {
        let address = SocketAddress.ip(host, port: port)
        target = address.isValid ? .address(address) : .host(host, port: port)
    }

    /// `myhost:50001`, `[::1]:3500` or `unix:/run/dapr.sock`.
    public var description: String {
        switch target {
        case .address(let address): address.description
        case .host(let host, let port): "\(host):\(port)"
        }
    }

    /// What requests say in `:authority`; `localhost` on a unix socket.
    var authority: String {
        if case .address(.unix) = target { "localhost" } else { description }
    }
}
