import EventLoop

// The endpoint forms of Dapr's SDKs (dapr/js-client-parity.md section 7), as far as they are plain
// text. TLS is refused, never silently left out.
extension SidecarEndpoint {
    /// Reads where the gRPC API is: `host:port`, `:port`, `http://host:port`, `grpc://host:port`,
    /// `dns:host:port`, `[v6]:port`, `unix:/path` or `unix-abstract:name`. Without a port it is 443.
    public init(grpc text: String) throws(DaprError) {
        var parser = EndpointText(text, api: "gRPC")
        let hasTLS = try parser.takeTLSOption()
        switch parser.takeScheme() {
        case "https", "grpcs": throw parser.noTLS
        case "http" where hasTLS != nil: throw parser.invalid("'tls' does not go with http")
        case _ where hasTLS == true: throw parser.noTLS
        case nil, "http", "grpc": try self.init(parser.hostAndPort(defaultPort: 443))
        case "dns":
            try parser.dropResolver()
            try self.init(parser.hostAndPort(defaultPort: 443))
        case "unix": try self.init(parser.socket())
        case "unix-abstract": try self.init(parser.abstractSocket())
        case .some(let scheme): throw parser.invalid("the scheme '\(scheme)' is not supported")
        }
    }

    /// Reads where the HTTP API is: `host:port`, `:port`, `http://host:port`, `[v6]:port` or
    /// `unix:/path`. Without a port it is 80.
    public init(http text: String) throws(DaprError) {
        var parser = EndpointText(text, api: "HTTP")
        switch parser.takeScheme() {
        case "https": throw parser.noTLS
        case nil, "http": try self.init(parser.hostAndPort(defaultPort: 80))
        case "unix": try self.init(parser.socket())
        case "unix-abstract": try self.init(parser.abstractSocket())
        case .some(let scheme): throw parser.invalid("the scheme '\(scheme)' is not supported")
        }
    }

    private init(_ place: (host: String, port: UInt16)) {
        self.init(host: place.host, port: place.port)
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

    var noTLS: DaprError {
        DaprError(.notSupported, "the \(api) endpoint '\(text)' asks for TLS: not supported yet")
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
    mutating func takeScheme() -> String? {
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
        return scheme
    }

    /// Removes the `//` and empty authority of `dns:///host`.
    mutating func dropResolver() throws(DaprError) {
        guard rest.hasPrefix("//") else { return }
        guard rest.hasPrefix("///") else { throw invalid("a DNS server cannot be chosen") }
        rest = rest.dropFirst(3)
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
        defaultPort: UInt16
    ) throws(DaprError) -> (host: String, port: UInt16) {
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !text.isEmpty else { throw invalid("it is empty") }
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
