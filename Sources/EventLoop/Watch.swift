import CLinux

/// What a descriptor is watched for, and what happened on it (`epoll_ctl(2)`).
public struct Readiness: OptionSet, Sendable {
    /// The bits of `epoll_event.events`.
    public let rawValue: UInt32

    /// A set of epoll events.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read (`EPOLLIN`).
    public static let readable = Readiness(rawValue: UInt32(CLINUX_READABLE))
    /// There is room to write (`EPOLLOUT`).
    public static let writable = Readiness(rawValue: UInt32(CLINUX_WRITABLE))
    /// The peer shut down its writing half (`EPOLLRDHUP`).
    public static let peerClosed = Readiness(rawValue: UInt32(CLINUX_PEER_CLOSED))
    /// An error is pending (`EPOLLERR`); always watched for.
    public static let error = Readiness(rawValue: UInt32(CLINUX_ERROR))
    /// Both directions are closed (`EPOLLHUP`); always watched for.
    public static let hangup = Readiness(rawValue: UInt32(CLINUX_HANGUP))
    /// Report once, then stay silent until the watch is changed (`EPOLLONESHOT`).
    public static let oneShot = Readiness(rawValue: UInt32(CLINUX_ONE_SHOT))
}

/// A descriptor's entry in a loop's epoll set. Does not own the descriptor: cancel the watch before
/// the descriptor is closed.
public final class Watch {
    /// The descriptor that is watched.
    public let descriptor: CInt
    /// Tells this watch from earlier ones of the same descriptor number within one batch of events.
    let generation: UInt32
    let handler: (Readiness) -> Void

    init(descriptor: CInt, generation: UInt32, handler: @escaping (Readiness) -> Void) {
        self.descriptor = descriptor
        self.generation = generation
        self.handler = handler
    }

    var cookie: UInt64 {
        UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }
}
