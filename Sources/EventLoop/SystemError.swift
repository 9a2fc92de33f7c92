import Glibc

/// A system call that failed, with the name of the call and its `errno`.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The system call, as its manual page names it.
    public let function: String
    /// The value of `errno` after the call.
    public let errno: CInt

    /// Describes one failed call.
    ///
    /// - Parameters:
    ///   - function: the name of the system call.
    ///   - errno: the error number it left.
    public init(function: String, errno: CInt) {
        self.function = function
        self.errno = errno
    }

    /// `Connection refused`.
    public var reason: String {
        // strerror's text is a constant of the C library for every number it knows; it is copied at once.
        unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "unknown error"
    }

    /// `connect: Connection refused (111)`.
    public var description: String { "\(function): \(reason) (\(errno))" }
}

/// Turns the "negated errno" convention of CLinux into a value or an error.
///
/// - Parameters:
///   - function: the name of the system call.
///   - result: what the call returned: a value from 0 upwards, or a negated `errno`.
/// - Returns: `result`, when it is no error.
@discardableResult
func check(_ function: String, _ result: CInt) throws(SystemError) -> CInt {
    guard result >= 0 else { throw SystemError(function: function, errno: -result) }
    return result
}

/// The `errno` that the last call of the C library left, as an error.
func lastError(_ function: String) -> SystemError {
    SystemError(function: function, errno: Glibc.errno)
}
