import CLinux
import Glibc

@testable import EventLoop

/// Both ends of a connected, non-blocking pair of unix sockets.
struct SocketPair: ~Copyable {
    var near: Descriptor
    var far: Descriptor

    /// - Parameter keepingBoundaries: whether each write stays one read (`SOCK_SEQPACKET`).
    init(keepingBoundaries: Bool = false) throws(SystemError) {
        let type = keepingBoundaries ? SOCK_SEQPACKET : SOCK_STREAM
        var numbers: [CInt] = [0, 0]
        let flags = SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        try check(
            "socketpair", unsafe socketpair(AF_UNIX, CInt(type.rawValue | flags), 0, &numbers))
        near = Descriptor(takingOwnershipOf: numbers[0])
        far = Descriptor(takingOwnershipOf: numbers[1])
    }
}

/// What one `read(2)` gives: nil when there is nothing, empty at the end of the file.
func readBytes(_ descriptor: CInt, upTo limit: Int = 1 << 20) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = unsafe read(descriptor, &bytes, limit)
    return count < 0 ? nil : Array(bytes.prefix(count))
}

func writeBytes(_ descriptor: CInt, _ bytes: [UInt8]) -> Int {
    unsafe write(descriptor, bytes, bytes.count)
}

extension EventLoop {
    /// Runs `body` inside a turn.
    func inTurn(_ body: @escaping () -> Void) {
        schedule(after: .zero, body)
        runOnce()
    }

    /// Whether epoll would report something right now.
    var hasEvent: Bool {
        var poll = pollfd(fd: epollDescriptor, events: Int16(POLLIN), revents: 0)
        return unsafe Glibc.poll(&poll, 1, 0) == 1
    }
}

/// A variable that a test and the closures on the loop it pumps share.
// Sound: the test runs its loop itself, so that nothing happens at the same time.
final class Box<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
}
