import CLinux
import Glibc
import TestSupport
import Testing

@testable import EventLoop

@Suite struct ConnectAttemptTests {
    let clock = ManualClock()
    let loop: EventLoop

    init() throws {
        loop = try EventLoop(clock: clock)
    }

    /// What a completion was given: no error is a connection.
    private final class Outcome {
        var errors: [CInt?] = []

        func record(_ result: consuming ConnectResult) {
            switch consume result {
            case .connected: errors.append(nil)
            case .failed(let error): errors.append(error.errno)
            }
        }
    }

    private let outcome = Outcome()

    private func connect(to address: SocketAddress) -> ConnectAttempt {
        ConnectAttempt(to: address, on: loop, timeout: .seconds(5)) { [outcome] in
            outcome.record($0)
        }
    }

    @Test(
        "a listener is reached",
        arguments: [
            SocketAddress.ip("127.0.0.1", port: 0), .ip("::1", port: 0),
            .unix(path: "@daprgw-connect-\(getpid())"),
        ])
    func success(address: SocketAddress) throws {
        let listener = try Listener(on: address)
        let attempt = connect(to: listener.address)
        #expect(outcome.errors.isEmpty)
        loop.run { !outcome.errors.isEmpty }
        #expect(outcome.errors == [nil])
        #expect(loop.watchCount == 0)
        #expect(loop.timerCount == 0)
        attempt.cancel()
    }

    @Test("a port where nobody listens is refused, in a later turn")
    func refused() throws {
        // Bound but not listening: nobody else gets the port meanwhile.
        let listener = try Listener(on: .ip("127.0.0.1", port: 0))
        #expect(shutdown(listener.descriptor.rawValue, CInt(SHUT_RD)) == 0)
        let attempt = connect(to: listener.address)
        #expect(outcome.errors.isEmpty)
        loop.run { !outcome.errors.isEmpty }
        #expect(outcome.errors == [ECONNREFUSED])
        #expect(loop.watchCount == 0)
        #expect(loop.timerCount == 0)
        attempt.cancel()
    }

    @Test(
        "what fails at once is told in a later turn",
        arguments: [
            (SocketAddress.unix(path: "/nonexistent/socket"), ENOENT),
            (.ip("example", port: 1), EINVAL), (.unix(path: ""), EINVAL),
        ])
    func immediateFailure(address: SocketAddress, error: CInt) {
        let attempt = connect(to: address)
        #expect(outcome.errors.isEmpty)
        loop.runOnce()
        #expect(outcome.errors == [error])
        loop.runOnce()
        #expect(outcome.errors.count == 1)
        attempt.cancel()
    }

    @Test("an attempt that nobody answers ends with ETIMEDOUT")
    func timeout() throws {
        // A queue of one that is full: the kernel ignores whoever comes next.
        let listener = try Listener(on: .ip("127.0.0.1", port: 0), backlog: 0)
        let fillers = (0..<4).map { _ in
            ConnectAttempt(to: listener.address, on: loop, timeout: .seconds(60)) { _ in }
        }
        for _ in 0..<3 { loop.runOnce() }
        let attempt = connect(to: listener.address)
        for _ in 0..<3 { loop.runOnce() }
        clock.advance(by: .milliseconds(4999))
        loop.runOnce()
        #expect(outcome.errors.isEmpty)
        clock.advance(by: .milliseconds(1))
        loop.runOnce()
        #expect(outcome.errors == [ETIMEDOUT])
        for filler in fillers { filler.cancel() }
        attempt.cancel()
        #expect(loop.watchCount == 0)
        #expect(loop.timerCount == 0)
    }

    @Test(
        "an attempt that was cancelled or released says nothing and leaves nothing behind",
        arguments: [true, false])
    func cancelled(explicitly: Bool) throws {
        let listener = try Listener(on: .ip("127.0.0.1", port: 0))
        var attempt = Optional(connect(to: listener.address))
        if explicitly { attempt?.cancel() } else { attempt = nil }
        for _ in 0..<3 { loop.runOnce() }
        #expect(outcome.errors.isEmpty)
        #expect(loop.watchCount == 0)
        #expect(loop.timerCount == 0)
        attempt = nil
    }

    @Test("a socket that is connected to itself is told from one that has a peer")
    func ownPeer() throws {
        let socket = Descriptor(
            takingOwnershipOf: try check("socket", clinux_socket(AF_INET)))
        let number = socket.rawValue
        let anyPort = try #require(SocketAddress.ip("127.0.0.1", port: 0).storage)
        #expect(unsafe anyPort.withPointer { unsafe bind(number, $0, $1) } == 0)
        #expect(clinux_is_own_peer(number) == 0)
        var own = SocketAddress.Storage()
        #expect(unsafe own.withMutablePointer { unsafe getsockname(number, $0, $1) } == 0)
        // Connecting a socket to the port it is bound to is a simultaneous open with itself.
        let result = unsafe own.withPointer { unsafe Glibc.connect(number, $0, $1) }
        #expect(result == 0 || errno == EINPROGRESS)
        let isOpen = Box(false)
        let watch = try loop.watch(number, for: .writable) { _ in isOpen.value = true }
        loop.run { isOpen.value }
        loop.cancel(watch)
        #expect(clinux_is_own_peer(number) == 1)
    }

    @Test("the completion may cancel and release its attempt")
    func cancelledInside() throws {
        let listener = try Listener(on: .ip("127.0.0.1", port: 0))
        let attempt = Box<ConnectAttempt?>(nil)
        let calls = Box(0)
        attempt.value = ConnectAttempt(to: listener.address, on: loop, timeout: .seconds(1)) { _ in
            calls.value += 1
            attempt.value?.cancel()
            attempt.value = nil
        }
        loop.run { calls.value > 0 }
        loop.runOnce()
        #expect(calls.value == 1)
        #expect(loop.watchCount == 0)
    }
}
