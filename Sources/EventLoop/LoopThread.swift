import CLinux
import Glibc
import Synchronization

/// A thread that runs one event loop.
public final class LoopThread: Sendable {
    /// The loop that the thread runs.
    public let loop: EventLoop
    private let handle: pthread_t
    private let isJoined = Atomic(false)

    /// Starts a thread that runs `loop` until `loop.stop()`.
    ///
    /// - Parameters:
    ///   - loop: a loop that nobody runs yet.
    ///   - name: the thread's name, at most 15 bytes, as `ps -L` and debuggers show it.
    public init(running loop: EventLoop, name: String) throws(SystemError) {
        final class Start {
            let loop: EventLoop
            let name: String
            init(loop: EventLoop, name: String) {
                self.loop = loop
                self.name = name
            }
        }
        self.loop = loop
        let start = Start(
            loop: loop, name: String(decoding: name.utf8.prefix(15), as: UTF8.self))
        // From here on the loop's state is the new thread's, even before that thread runs.
        loop.promiseThread()
        var handle = pthread_t()
        // Retained here, released by the thread that takes it over.
        let argument = unsafe Unmanaged.passRetained(start).toOpaque()
        let result = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                _ = unsafe clinux_name_thread(start.name)
                start.loop.run()
                return nil
            }, argument)
        guard result == 0 else {
            unsafe Unmanaged<Start>.fromOpaque(argument).release()
            loop.leave()
            throw SystemError(function: "pthread_create", errno: result)
        }
        self.handle = handle
    }

    /// Stops the loop and waits for its thread to end. Once, and not from that thread.
    public func join() {
        precondition(!loop.isCurrent, "a loop's thread cannot wait for itself")
        let wasJoined = isJoined.exchange(true, ordering: .relaxed)
        precondition(!wasJoined, "a loop's thread is joined once")
        loop.stop()
        pthread_join(handle, nil)
    }

    /// Stops the loop without waiting for its thread, which goes after what is queued is done. From
    /// any thread; does nothing after `join()`.
    public func detach() {
        guard !isJoined.exchange(true, ordering: .relaxed) else { return }
        loop.stop()
        pthread_detach(handle)
    }
}
