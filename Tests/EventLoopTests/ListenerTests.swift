import EventLoop
import Glibc
import Testing

@Suite struct ListenerTests {
    private static let abstract = SocketAddress.unix(path: "@daprgw-listener-\(getpid())")

    /// A path that nobody else uses, removed after `body`.
    private func withPath(_ body: (String) throws -> Void) throws {
        let path = "/tmp/daprgw-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).sock"
        defer { _ = unsafe unlink(path) }
        try body(path)
    }

    /// Connects, accepts, sends a byte across; gives what the listener knows of the peer.
    private func roundTrip(_ listener: borrowing Listener) throws -> (SocketAddress, UInt32?) {
        let loop = try EventLoop()
        let client = Box<CInt?>(nil)
        let attempt = ConnectAttempt(to: listener.address, on: loop, timeout: .seconds(5)) {
            guard case .connected(let descriptor) = consume $0 else { return }
            client.value = descriptor.release()
        }
        loop.run { client.value != nil }
        attempt.cancel()
        let near = Descriptor(takingOwnershipOf: try #require(client.value))
        var accepted = try listener.accept()
        #expect(writeBytes(near.rawValue, [42]) == 1)
        guard let connection = accepted.take() else {
            Issue.record("nothing to accept")
            return (listener.address, nil)
        }
        #expect(readBytes(connection.descriptor.rawValue) == [42])
        #expect(try listener.accept() == nil)
        return (connection.peer, connection.peerUID)
    }

    @Test(
        "a TCP listener has a port of its own and knows the peer's address",
        arguments: ["127.0.0.1", "::1"])
    func tcp(host: String) throws {
        let listener = try Listener(on: .ip(host, port: 0))
        #expect((listener.address.port ?? 0) > 0)
        let (peer, uid) = try roundTrip(listener)
        #expect(peer.isLoopback && (peer.port ?? 0) > 0)
        #expect(uid == nil)
    }

    @Test("the listener on all addresses takes IPv4, too")
    func dualStack() throws {
        let all = try #require(SocketAddress(":0"))
        let listener = try Listener(on: all)
        let port = try #require(listener.address.port)
        let loop = try EventLoop()
        let isConnected = Box<Bool?>(nil)
        let address = SocketAddress.ip("127.0.0.1", port: port)
        let attempt = ConnectAttempt(to: address, on: loop, timeout: .seconds(5)) {
            if case .connected = consume $0 { isConnected.value = true }
        }
        loop.run { isConnected.value != nil }
        #expect(isConnected.value == true)
        attempt.cancel()
    }

    @Test("a unix socket, abstract ones included, tells the peer's uid")
    func unixSockets() throws {
        let listener = try Listener(on: Self.abstract)
        #expect(listener.address == Self.abstract)
        #expect(try roundTrip(listener).1 == getuid())
        try withPath { path in
            let listener = try Listener(on: .unix(path: path))
            #expect(listener.address == .unix(path: path))
            #expect(try roundTrip(listener).1 == getuid())
        }
    }

    @Test("a stale unix socket is replaced, one that somebody listens on is not")
    func stale() throws {
        try withPath { path in
            do {
                let first = try Listener(on: .unix(path: path))
                #expect(try roundTrip(first).1 == getuid())
                #expect(throws: SystemError(function: "bind", errno: EADDRINUSE)) {
                    _ = try Listener(on: .unix(path: path))
                }
            }
            let second = try Listener(on: .unix(path: path))
            #expect(try roundTrip(second).1 == getuid())
        }
    }

    @Test("a file that is no socket stays where it is")
    func ordinaryFile() throws {
        try withPath { path in
            close(unsafe open(path, O_CREAT | O_WRONLY, 0o600))
            #expect(throws: SystemError(function: "bind", errno: EADDRINUSE)) {
                _ = try Listener(on: .unix(path: path))
            }
            #expect(unsafe access(path, F_OK) == 0)
        }
    }

    @Test("a socket that was handed in works, and a duplicate outlives its original")
    func handedIn() throws {
        let copy = try Self.handedIn().duplicate()
        #expect(fcntl(copy.descriptor.rawValue, F_GETFL) & O_NONBLOCK != 0)
        _ = try roundTrip(copy)
        #expect(throws: SystemError(function: "getsockname", errno: ENOTSOCK)) {
            let null = Descriptor(takingOwnershipOf: unsafe open("/dev/null", O_RDONLY))
            _ = try Listener(takingOwnershipOf: null)
        }
    }

    /// A listener on a socket that is blocking at first, as systemd hands it in.
    private static func handedIn() throws -> Listener {
        let original = try Listener(on: .ip("127.0.0.1", port: 0))
        let socket = try original.descriptor.duplicate()
        #expect(fcntl(socket.rawValue, F_SETFL, 0) == 0)
        let listener = try Listener(takingOwnershipOf: socket)
        #expect(listener.address == original.address)
        return listener
    }

    @Test("listeners share a port only if all of them say so")
    func sharedPort() throws {
        let first = try Listener(on: .ip("127.0.0.1", port: 0), isShared: true)
        let second = try Listener(on: first.address, isShared: true)
        #expect(second.address == first.address)
        #expect(throws: SystemError(function: "bind", errno: EADDRINUSE)) {
            _ = try Listener(on: first.address)
        }
    }

    // MARK: - Descriptor

    @Test("a descriptor is closed at the end of its life, but not after it was released")
    func descriptorLife() throws {
        let pair = try SocketPair()
        // A number so high that no other test is given it meanwhile.
        let number = fcntl(pair.near.rawValue, F_DUPFD_CLOEXEC, 900)
        let released = Descriptor(takingOwnershipOf: number).release()
        #expect(fcntl(released, F_GETFD) >= 0)
        end(Descriptor(takingOwnershipOf: released))
        let flags = fcntl(number, F_GETFD)
        #expect(flags == -1 && errno == EBADF)
    }

    private func end(_ descriptor: consuming Descriptor) {}

    // MARK: - SocketAddress

    @Test(
        "addresses are parsed and shown",
        arguments: [
            ("127.0.0.1:3500", "127.0.0.1:3500", true), ("localhost:1", "127.0.0.1:1", true),
            ("[::1]:80", "[::1]:80", true), ("[0:0:0:0:0:0:0:1]:80", "[::1]:80", true),
            (":8080", "[::]:8080", false), ("10.0.0.1:0", "10.0.0.1:0", false),
            ("unix:/run/x.sock", "unix:/run/x.sock", true), ("unix:@x", "unix:@x", true),
        ])
    func parsed(text: String, shown: String, isLoopback: Bool) throws {
        let address = try #require(SocketAddress(text))
        #expect(address.description == shown)
        #expect(address.isLoopback == isLoopback)
        #expect(address.isValid)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+80", "127.0.0.1:-1",
            "example.org:80", "::1:80", "[127.0.0.1]:80", "[::1]", "unix:", "unix:a\0b",
            "unix:/" + String(repeating: "x", count: 107),
        ])
    func refused(text: String) {
        #expect(SocketAddress(text) == nil)
    }
}
