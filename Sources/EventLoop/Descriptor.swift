import Glibc

/// Owns a file descriptor and closes it at the end of its life.
///
/// `close(2)` on Linux releases the descriptor whatever it returns, so there is nothing a caller
/// could do about its error.
public struct Descriptor: ~Copyable, Sendable {
    /// The number of the descriptor; valid as long as this value lives.
    public let rawValue: CInt

    /// Takes ownership of an open descriptor.
    ///
    /// - Parameter owned: the descriptor; nobody else may close it from now on.
    public init(takingOwnershipOf owned: CInt) {
        rawValue = owned
    }

    deinit {
        _ = close(rawValue)
    }

    /// Gives the descriptor away, for example to a C library that will close it.
    ///
    /// - Returns: the number, which the caller now has to close.
    public consuming func release() -> CInt {
        let number = rawValue
        discard self
        return number
    }

    /// A second descriptor for the same open file (`F_DUPFD_CLOEXEC`).
    public func duplicate() throws(SystemError) -> Descriptor {
        let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw lastError("fcntl") }
        return Descriptor(takingOwnershipOf: copy)
    }

    /// Sets `O_NONBLOCK`, for descriptors that came from elsewhere (systemd, a parent process).
    public func setNonBlocking() throws(SystemError) {
        let flags = fcntl(rawValue, F_GETFL)
        guard flags >= 0, fcntl(rawValue, F_SETFL, flags | O_NONBLOCK) >= 0 else {
            throw lastError("fcntl")
        }
    }
}
