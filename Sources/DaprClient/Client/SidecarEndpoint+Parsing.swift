import EventLoop

// The endpoint forms of Dapr's SDKs (dapr/js-client-parity.md section 7), with TLS where it is asked for.
extension SidecarEndpoint {
    /// Reads where the gRPC API is: `host:port`, `:port`, `https://host:port`, `grpcs://host:port`,
    /// `dns:host:port`, `[v6]:port`, `unix:/path` or `unix-abstract:name`; `http` and `grpc` are the
    /// schemes without TLS. Without a port it is 443. `?tls=true` behind a form without one of these
    /// schemes asks for TLS too.
    ///
    /// - Throws: `.invalidArgument`; `.notSupported` for `vsock:` and for a DNS server of one's own
    ///   (`dns://server/host`): names are looked up as the system does it.
    public init(grpc text: String) throws(DaprError) {
        var parser = EndpointText(text, api: "gRPC")
        let option = try parser.takeTLSOption()
        let scheme = try parser.takeScheme()
        if let scheme, scheme == "http" || scheme == "https", option != nil {
            throw parser.invalid("'tls' does not go with \(scheme)")
        }
        let usesTLS = option == true || scheme == "https" || scheme == "grpcs"
        switch scheme {
        case nil, "http", "https", "grpc", "grpcs":
            try self.init(parser.hostAndPort(defaultPort: 443), usesTLS)
        case "dns":
            try parser.dropResolver()
            try self.init(parser.hostAndPort(defaultPort: 443), usesTLS)
        case "unix": try self.init(parser.socket(), usesTLS: usesTLS)
        case "unix-abstract": try self.init(parser.abstractSocket(), usesTLS: usesTLS)
        case "vsock": throw parser.notSupported("vsock addresses are not supported")
        case .some(let scheme): throw parser.invalid("the scheme '\(scheme)' is not supported")
        }
    }

    /// Reads where the HTTP API is: `host:port`, `:port`, `http://host:port`, `https://host:port`,
    /// `[v6]:port`, `unix:/path` or `unix-abstract:name`. Without a port, or with 0, it is 80, for
    /// `https` 443. There is no path: a sidecar's API is at the root.
    ///
    /// - Throws: `.invalidArgument`.
    public init(http text: String) throws(DaprError) {
        var parser = EndpointText(text, api: "HTTP")
        switch try parser.takeScheme() {
        case nil where text.isEmpty: throw parser.invalid("it is empty")
        case nil, "http":
            try self.init(parser.hostAndPort(defaultPort: 80, zeroIsDefault: true), false)
        case "https":
            try self.init(parser.hostAndPort(defaultPort: 443, zeroIsDefault: true), true)
        case "unix": try self.init(parser.socket())
        case "unix-abstract": try self.init(parser.abstractSocket())
        case .some(let scheme): throw parser.invalid("the scheme '\(scheme)' is not supported")
        }
    }

    private init(_ place: (host: String, port: UInt16), _ usesTLS: Bool) {
        self.init(host: place.host, port: place.port, usesTLS: usesTLS)
    }
}

/// An endpoint's text while it is taken apart.
private struct EndpointText {
    private let text: String
    private let api: String
    private var rest: Substring

    init(_ text: String, api: String) {
        self.text = text
        self.api = api
        rest = text[...]
    }

    func invalid(_ reason: String) -> DaprError {
        DaprError(.invalidArgument, "invalid \(api) endpoint '\(text)': \(reason)")
    }

    func notSupported(_ reason: String) -> DaprError {
        DaprError(.notSupported, "the \(api) endpoint '\(text)': \(reason)")
    }

    /// Removes `?tls=...`.
    ///
    /// - Returns: nil when it does not stand there.
    mutating func takeTLSOption() throws(DaprError) -> Bool? {
        guard let mark = rest.firstIndex(of: "?") else { return nil }
        let option = rest[rest.index(after: mark)...]
        guard option.hasPrefix("tls="), !option.contains("&") else {
            throw invalid("'\(option)' is no option")
        }
        rest = rest[..<mark]
        return option.dropFirst(4).lowercased() == "true"
    }

    /// Removes the scheme; nil when there is none.
    mutating func takeScheme() throws(DaprError) -> String? {
        guard let colon = rest.firstIndex(of: ":") else { return nil }
        let scheme = rest[..<colon].lowercased()
        let after = rest[rest.index(after: colon)...]
        switch scheme {
        case "unix":
            rest = after.hasPrefix("//") ? after.dropFirst(2) : after
        case "dns", "unix-abstract", "vsock": rest = after
        case _ where after.hasPrefix("//"): rest = after.dropFirst(2)
        default: return nil
        }
        if rest.isEmpty { throw invalid("there is nothing behind the scheme") }
        return scheme
    }

    /// Removes the `//` and empty authority of `dns:///host`.
    mutating func dropResolver() throws(DaprError) {
        guard rest.hasPrefix("//") else { return }
        let parts = rest.dropFirst(2).split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw invalid("dns:///host or dns:host is meant, perhaps") }
        guard parts[0].isEmpty else {
            throw notSupported("a DNS server cannot be chosen; the system's resolver is asked")
        }
        rest = parts[1]
    }

    func socket() throws(DaprError) -> SocketAddress {
        let address = SocketAddress.unix(path: String(rest))
        guard !rest.isEmpty, address.isValid else { throw invalid("the socket's path is too long") }
        return address
    }

    func abstractSocket() throws(DaprError) -> SocketAddress {
        let address = SocketAddress.unix(path: "@" + rest)
        guard !rest.isEmpty, address.isValid else { throw invalid("the socket's name is too long") }
        return address
    }

    mutating func hostAndPort(
        defaultPort: UInt16, zeroIsDefault: Bool = false
    ) throws(DaprError) -> (host: String, port: UInt16) {
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if text.isEmpty { return ("localhost", defaultPort) }
        if rest.contains("/") { throw invalid("there is no path in an endpoint") }
        var host = rest
        var port: Substring = ""
        if rest.hasPrefix("[") {
            guard let bracket = rest.firstIndex(of: "]") else { throw invalid("']' is missing") }
            host = rest[rest.index(after: rest.startIndex)..<bracket]
            guard SocketAddress.ip(String(host), port: 0).isValid, host.contains(":") else {
                throw invalid("'\(host)' is no IPv6 address")
            }
            port = rest[rest.index(after: bracket)...]
            guard port.isEmpty || port.hasPrefix(":") else { throw invalid("a port is expected") }
            port = port.dropFirst()
        } else {
            if let colon = rest.firstIndex(of: ":") {
                host = rest[..<colon]
                port = rest[rest.index(after: colon)...]
                if host.isEmpty, !port.isEmpty { host = "localhost" }
            }
            guard !host.isEmpty, host.utf8.allSatisfy(Self.isHostByte) else {
                throw invalid("'\(host)' is no host name")
            }
        }
        guard !port.isEmpty else { return (host.lowercased(), defaultPort) }
        if zeroIsDefault, port == "0" { return (host.lowercased(), defaultPort) }
        guard let number = UInt16(port), number > 0, port.utf8.first != UInt8(ascii: "+") else {
            throw invalid("'\(port)' is no port")
        }
        return (host.lowercased(), number)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
