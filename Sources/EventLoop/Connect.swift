import CLinux
import Glibc

/// A connection attempt that has not been decided yet; releasing it gives up. Belongs to the loop's
/// thread.
public final class ConnectAttempt {
    private let loop: EventLoop
    private var descriptor: Descriptor?
    private var watch: Watch?
    private var timer: LoopTimer?
    private var completion: ((consuming ConnectResult) -> Void)?

    /// Starts to connect.
    ///
    /// - Parameters:
    ///   - address: a numeric address or a unix socket.
    ///   - loop: the loop whose thread is the current one.
    ///   - timeout: when to give up, with `ETIMEDOUT`.
    ///   - completion: called once on the loop in a later turn, unless the attempt is cancelled.
    public init(
        to address: SocketAddress, on loop: EventLoop, timeout: Duration,
        completion: @escaping (consuming ConnectResult) -> Void
    ) {
        self.loop = loop
        self.completion = completion
        do throws(SystemError) {
            try start(address)
            timer = loop.schedule(after: timeout) { [weak self] in
                self?.finish(SystemError(function: "connect", errno: ETIMEDOUT))
            }
        } catch {
            timer = loop.schedule(after: .zero) { [weak self] in self?.finish(error) }
        }
    }

    deinit {
        tearDown()
    }

    /// Gives up; the completion is not called any more.
    public func cancel() {
        completion = nil
        tearDown()
    }

    private func start(_ address: SocketAddress) throws(SystemError) {
        guard let storage = address.storage else {
            throw SystemError(function: "connect", errno: EINVAL)
        }
        let number = try check("socket", clinux_socket(address.family))
        descriptor = Descriptor(takingOwnershipOf: number)
        let isTCP = address.port != nil
        if isTCP {
            _ = clinux_set_option(number, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        }
        let result = unsafe storage.withPointer { pointer, length in
            unsafe connect(number, pointer, length)
        }
        // A unix socket whose backlog is full answers EAGAIN and does not become writable later.
        guard result == 0 || errno == EINPROGRESS else { throw lastError("connect") }
        watch = try loop.watch(number, for: .writable) { [weak self] _ in
            var error = -clinux_socket_error(number)
            // Dialling a local port where nobody listens again and again meets itself in the end,
            // and would then hold the port that the sidecar wants (Dapr's 50001 is such a port).
            if error == 0, isTCP, clinux_is_own_peer(number) == 1 { error = ECONNREFUSED }
            self?.finish(error == 0 ? nil : SystemError(function: "connect", errno: error))
        }
    }

    private func finish(_ error: SystemError?) {
        guard let completion = self.completion.take() else { return }
        stopWaiting()
        let socket = descriptor.take()
        if let error {
            _ = consume socket
            completion(.failed(error))
        } else if let socket {
            completion(.connected(socket))
        }
    }

    private func tearDown() {
        stopWaiting()
        descriptor = nil
    }

    private func stopWaiting() {
        if let watch { loop.cancel(watch) }
        if let timer { loop.cancel(timer) }
        watch = nil
        timer = nil
    }
}

/// How a connection attempt ended.
public enum ConnectResult: ~Copyable {
    /// The connected, non-blocking socket.
    case connected(Descriptor)
    /// Why there is none.
    case failed(SystemError)
}
