import CLinux
import Glibc

/// A connection that a listener accepted.
@frozen public struct AcceptedConnection: ~Copyable {
    /// The connected, non-blocking socket.
    public let descriptor: Descriptor
    /// The peer's address; a unix socket's is usually empty.
    public let peer: SocketAddress
    /// The uid of the peer's process, on a unix socket (`SO_PEERCRED`).
    public let peerUID: UInt32?

    /// Gives the socket to a new owner.
    public consuming func takeDescriptor() -> Descriptor { descriptor }
}

/// A listening stream socket.
public struct Listener: ~Copyable, Sendable {
    /// The listening, non-blocking socket.
    public let descriptor: Descriptor
    /// The address it listens on, with the real port.
    public let address: SocketAddress

    /// Opens a listening socket; a stale unix socket is replaced, any other file is left alone.
    ///
    /// - Parameters:
    ///   - address: where to listen; port 0 lets the kernel choose.
    ///   - isShared: lets several sockets of this process share the port (`SO_REUSEPORT`).
    ///   - backlog: how many connections may wait (`listen(2)`).
    public init(
        on address: SocketAddress, isShared: Bool = false, backlog: CInt = 1024
    ) throws(SystemError) {
        guard let storage = address.storage else {
            throw SystemError(function: "bind", errno: EINVAL)
        }
        let socket = Descriptor(
            takingOwnershipOf: try check("socket", clinux_socket(address.family)))
        if case .unix(let path) = address {
            Self.removeStaleSocket(path)
        } else {
            try socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
            if isShared { try socket.set(SOL_SOCKET, SO_REUSEPORT, 1) }
            // Whatever the system's default: `::` stands for all addresses.
            if address.family == AF_INET6 { try socket.set(CInt(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        }
        let bound = unsafe storage.withPointer { pointer, length in
            unsafe bind(socket.rawValue, pointer, length)
        }
        guard bound == 0 else { throw lastError("bind") }
        guard listen(socket.rawValue, backlog) == 0 else { throw lastError("listen") }
        try self.init(takingOwnershipOf: socket)
    }

    /// Takes over a listening socket that somebody else opened, such as systemd.
    ///
    /// - Parameter descriptor: a socket in the listening state; it is made non-blocking.
    public init(takingOwnershipOf descriptor: consuming Descriptor) throws(SystemError) {
        var storage = SocketAddress.Storage()
        let number = descriptor.rawValue
        let named = unsafe storage.withMutablePointer { pointer, length in
            unsafe getsockname(number, pointer, length)
        }
        guard named == 0 else { throw lastError("getsockname") }
        try descriptor.setNonBlocking()
        address = SocketAddress(storage)
        self.descriptor = descriptor
    }

    /// Accepts one connection.
    ///
    /// - Returns: nil when none waits (`EAGAIN`).
    public func accept() throws(SystemError) -> AcceptedConnection? {
        var storage = SocketAddress.Storage()
        var number: CInt
        repeat {
            storage = SocketAddress.Storage()
            number = unsafe withUnsafeMutablePointer(to: &storage.bytes) { bytes in
                unsafe clinux_accept(descriptor.rawValue, bytes, &storage.length)
            }
        } while Self.isGone.contains(-number)
        guard number != -EAGAIN else { return nil }
        try check("accept", number)
        let connection = Descriptor(takingOwnershipOf: number)
        guard case .unix = address else {
            // Answers are written in one piece; Nagle's algorithm could only delay the next.
            _ = clinux_set_option(number, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
            return AcceptedConnection(
                descriptor: connection, peer: SocketAddress(storage), peerUID: nil)
        }
        let uid = clinux_peer_uid(number)
        return AcceptedConnection(
            descriptor: connection, peer: SocketAddress(storage),
            peerUID: uid < 0 ? nil : UInt32(uid))
    }

    /// The connection that waited was lost meanwhile; there may be another (`accept(2)`).
    private static let isGone: Set<CInt> = [
        EINTR, ECONNABORTED, EPROTO, ENOPROTOOPT, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH,
        ENONET,
    ]

    /// Another owner of the same socket, for a second loop.
    public func duplicate() throws(SystemError) -> Listener {
        try Listener(takingOwnershipOf: try descriptor.duplicate())
    }

    /// Removes the file of a unix socket, so that nobody finds it any more; call it before this goes.
    public func removeFile() {
        if case .unix(let path) = address, !path.isEmpty, !path.hasPrefix("@") {
            _ = unsafe unlink(path)
        }
    }

    /// Unlinks a socket file that nobody listens on any more.
    private static func removeStaleSocket(_ path: String) {
        guard !path.hasPrefix("@"), let storage = SocketAddress.unix(path: path).storage else {
            return
        }
        // Connecting to an ordinary file is refused, too.
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        let number = clinux_socket(AF_UNIX)
        guard number >= 0 else { return }
        let probe = Descriptor(takingOwnershipOf: number)
        let connected = unsafe storage.withPointer { pointer, length in
            unsafe connect(probe.rawValue, pointer, length)
        }
        if connected != 0, errno == ECONNREFUSED { _ = unsafe unlink(path) }
    }
}

extension Descriptor {
    func set(_ level: CInt, _ option: CInt, _ value: CInt) throws(SystemError) {
        try check("setsockopt", clinux_set_option(rawValue, level, option, value))
    }
}

extension SocketAddress.Storage {
    // sockaddr_storage is made to be addressed as any sockaddr (sockaddr(3type)).
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: bytes) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, length)
            }
        }
    }

    mutating func withMutablePointer<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        var length = self.length
        defer { self.length = length }
        return unsafe withUnsafeMutablePointer(to: &bytes) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, &length)
            }
        }
    }
}
