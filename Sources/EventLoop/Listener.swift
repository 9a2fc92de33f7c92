import CLinux
import Glibc

/// A connection that a listener accepted.
@frozen public struct AcceptedConnection: ~Copyable {
    /// The connected, non-blocking socket.
    public var descriptor: Descriptor
    /// The peer's address; a unix socket's is usually empty.
    public let peer: SocketAddress
    /// The uid of the peer's process, on a unix socket (`SO_PEERCRED`).
    public let peerUID: UInt32?
}

/// A listening stream socket.
public struct Listener: ~Copyable, Sendable {
    /// The listening, non-blocking socket.
    public let descriptor: Descriptor
    /// The address it listens on, with the real port.
    public let address: SocketAddress

    /// Opens a listening socket; a stale unix socket file is replaced.
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
    /// - Returns: nil when none waits (`EAGAIN`) or the one that waited is gone already.
    public func accept() throws(SystemError) -> AcceptedConnection? {
        var storage = SocketAddress.Storage()
        let number = unsafe withUnsafeMutablePointer(to: &storage.bytes) { bytes in
            unsafe clinux_accept(descriptor.rawValue, bytes, &storage.length)
        }
        switch -number {
        case EAGAIN, ECONNABORTED, EINTR: return nil
        case let error where error > 0: throw SystemError(function: "accept", errno: error)
        default: break
        }
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

    /// Another owner of the same socket, for a second loop.
    public func duplicate() throws(SystemError) -> Listener {
        try Listener(takingOwnershipOf: try descriptor.duplicate())
    }

    /// Unlinks a socket file that nobody listens on any more.
    private static func removeStaleSocket(_ path: String) {
        guard !path.hasPrefix("@"), let storage = SocketAddress.unix(path: path).storage else {
            return
        }
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
