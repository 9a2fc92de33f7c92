import CLinux
import Glibc

/// Where a stream socket listens or connects: an IP address with a port, or a unix socket.
public enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address in its numeric form, without brackets, and a TCP port.
    case ip(String, port: UInt16)
    /// The path of a unix socket; a leading `@` names Linux's abstract namespace (`unix(7)`).
    case unix(path: String)

    /// `127.0.0.1:3500`, `[::1]:3500` or `unix:/run/x.sock`.
    public var description: String {
        switch self {
        case .ip(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// The TCP port; nil for a unix socket.
    public var port: UInt16? {
        if case .ip(_, let port) = self { port } else { nil }
    }

    /// Parses `ADDRESS:PORT`, `[IPV6]:PORT`, `:PORT` (all addresses), `unix:PATH`.
    ///
    /// - Parameter text: numeric addresses only; `localhost` is taken for `127.0.0.1`.
    public init?(_ text: String) {
        if let path = text.dropPrefix("unix:") {
            self = .unix(path: String(path))
            guard isValid else { return nil }
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        // UInt16's own parser would take a sign.
        guard digits.first != "+", let port = UInt16(digits) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        if host == "localhost" { host = "127.0.0.1" }
        if host.isEmpty { host = "::" }
        // By way of the C form, so that every spelling of an IPv6 address becomes the shortest.
        guard let storage = SocketAddress.ip(host, port: port).storage else { return nil }
        self.init(storage)
    }

    /// Whether the host is a numeric address, or the path one that fits `sockaddr_un`.
    public var isValid: Bool { storage != nil }

    /// Whether only this machine can reach the address.
    public var isLoopback: Bool {
        switch self {
        case .unix: true
        case .ip(let host, _): host == "::1" || host.hasPrefix("127.")
        }
    }

    // MARK: - The C form

    struct Storage {
        var bytes = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    }

    var family: CInt {
        switch self {
        case .unix: AF_UNIX
        case .ip(let host, _): host.contains(":") ? AF_INET6 : AF_INET
        }
    }

    var storage: Storage? {
        var storage = Storage()
        // Each branch writes one sockaddr_* into the larger sockaddr_storage (sockaddr(3type)).
        let length = unsafe withUnsafeMutableBytes(of: &storage.bytes) { raw in
            unsafe write(into: raw)
        }
        guard let length else { return nil }
        storage.length = socklen_t(length)
        return storage
    }

    private func write(into raw: UnsafeMutableRawBufferPointer) -> Int? {
        switch self {
        case .ip(let host, let port) where host.contains(":"):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard unsafe inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else { return nil }
            unsafe raw.storeBytes(of: address, as: sockaddr_in6.self)
            return MemoryLayout<sockaddr_in6>.size
        case .ip(let host, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
            unsafe raw.storeBytes(of: address, as: sockaddr_in.self)
            return MemoryLayout<sockaddr_in>.size
        case .unix(let path):
            let header = MemoryLayout<sa_family_t>.size
            let bytes = Array(path.utf8)
            guard !bytes.isEmpty, bytes.count < MemoryLayout<sockaddr_un>.size - header,
                !bytes.contains(0)
            else { return nil }
            unsafe raw.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
            for (index, byte) in bytes.enumerated() { unsafe raw[header + index] = byte }
            guard bytes[0] == UInt8(ascii: "@") else { return header + bytes.count + 1 }
            unsafe raw[header] = 0
            return header + bytes.count
        }
    }

    /// Reads back what the kernel filled in.
    init(_ storage: Storage) {
        var copy = storage.bytes
        let family = CInt(copy.ss_family)
        let length = Int(storage.length)
        self = unsafe withUnsafeBytes(of: &copy) { raw in
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            switch family {
            case AF_INET:
                var address = unsafe raw.load(as: sockaddr_in.self)
                unsafe inet_ntop(AF_INET, &address.sin_addr, &text, socklen_t(text.count))
                return .ip(text.terminatedString, port: UInt16(bigEndian: address.sin_port))
            case AF_INET6:
                var address = unsafe raw.load(as: sockaddr_in6.self)
                unsafe inet_ntop(AF_INET6, &address.sin6_addr, &text, socklen_t(text.count))
                return .ip(text.terminatedString, port: UInt16(bigEndian: address.sin6_port))
            default:
                let header = MemoryLayout<sa_family_t>.size
                guard length > header else { return .unix(path: "") }
                var path = unsafe Array(raw[header..<min(length, raw.count)])
                if path[0] == 0 { path[0] = UInt8(ascii: "@") }
                return .unix(path: String(decoding: path.prefix { $0 != 0 }, as: UTF8.self))
            }
        }
    }
}

extension [CChar] {
    fileprivate var terminatedString: String {
        String(decoding: prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension String {
    func dropPrefix(_ prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
