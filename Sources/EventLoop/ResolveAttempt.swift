import Glibc

/// Why a host name has no addresses (`getaddrinfo(3)`).
public struct ResolveError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name that was looked up.
    public let host: String
    /// What the resolver said.
    public let reason: String

    /// `myhost: Name or service not known`.
    public var description: String { "\(host): \(reason)" }
}

/// A look-up of a host name that has not been decided yet. Belongs to the loop's thread.
///
/// The C library's resolver blocks, so each look-up has a short-lived thread of its own. They are
/// rare: one before a connection is made.
public final class ResolveAttempt {
    /// What the other thread carries and gives back.
    ///
    /// Sound as Sendable: the thread reads the two constants only; `completion` is touched on the
    /// loop alone.
    private final class Ticket: @unchecked Sendable {
        let host: String
        let port: UInt16
        let loop: EventLoop
        var completion: ((Result<[SocketAddress], ResolveError>) -> Void)?

        init(
            host: String, port: UInt16, loop: EventLoop,
            completion: @escaping (Result<[SocketAddress], ResolveError>) -> Void
        ) {
            self.host = host
            self.port = port
            self.loop = loop
            self.completion = completion
        }

        func finish(_ result: Result<[SocketAddress], ResolveError>) {
            loop.execute {
                let completion = self.completion
                self.completion = nil
                completion?(result)
            }
        }
    }

    private let ticket: Ticket

    /// Starts a look-up.
    ///
    /// - Parameters:
    ///   - host: a host name.
    ///   - port: what the addresses get as their port.
    ///   - loop: the loop whose thread is the current one.
    ///   - completion: called once on the loop in a later turn, unless the attempt is cancelled;
    ///     with at least one address, in the order in which they should be tried.
    public init(
        host: String, port: UInt16, on loop: EventLoop,
        completion: @escaping (Result<[SocketAddress], ResolveError>) -> Void
    ) {
        ticket = Ticket(host: host, port: port, loop: loop, completion: completion)
        // Retained here, released by the thread that takes it over.
        let argument = unsafe Unmanaged.passRetained(ticket).toOpaque()
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let ticket = unsafe Unmanaged<Ticket>.fromOpaque(argument).takeRetainedValue()
                ticket.finish(addresses(of: ticket.host, port: ticket.port))
                return nil
            }, argument)
        if result == 0 {
            pthread_detach(thread)
        } else {
            unsafe Unmanaged<Ticket>.fromOpaque(argument).release()
            let error = SystemError(function: "pthread_create", errno: result)
            ticket.finish(.failure(ResolveError(host: host, reason: error.description)))
        }
    }

    /// Forgets the look-up; the completion is not called any more.
    public func cancel() {
        ticket.completion = nil
    }
}

/// Asks the C library, and waits.
private func addresses(
    of host: String, port: UInt16
) -> Result<[SocketAddress], ResolveError> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let result = unsafe getaddrinfo(host, String(port), &hints, &list)
    guard result == 0 else {
        // gai_strerror's texts are constants of the C library.
        let reason = unsafe String(cString: gai_strerror(result))
        return .failure(ResolveError(host: host, reason: reason))
    }
    defer { unsafe freeaddrinfo(list) }
    var found: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
        var storage = SocketAddress.Storage()
        let length = unsafe min(
            Int(entry.pointee.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
        // The list's addresses are as long as they say, and the storage holds any of them.
        if let source = unsafe entry.pointee.ai_addr {
            unsafe withUnsafeMutableBytes(of: &storage.bytes) { target in
                unsafe target.copyMemory(
                    from: UnsafeRawBufferPointer(start: source, count: length))
            }
            storage.length = socklen_t(length)
            let address = SocketAddress(storage)
            if !found.contains(address) { found.append(address) }
        }
        unsafe next = entry.pointee.ai_next
    }
    guard !found.isEmpty else {
        return .failure(ResolveError(host: host, reason: "no address"))
    }
    return .success(found)
}
