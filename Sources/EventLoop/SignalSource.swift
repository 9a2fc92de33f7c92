import CLinux

/// Delivers Unix signals as calls on a loop (`signalfd(2)`).
///
/// Make it before any other thread starts: threads inherit that the signals are blocked.
public final class SignalSource {
    private let loop: EventLoop
    private let descriptor: Descriptor
    private var watch: Watch?

    /// Blocks the signals for this thread and hands each that arrives to `handler`.
    ///
    /// - Parameters:
    ///   - signals: signal numbers, such as `SIGTERM`.
    ///   - loop: the loop to call `handler` on; it does not run yet, or runs on this thread.
    ///   - handler: told the number of each signal.
    public init(
        _ signals: [CInt], on loop: EventLoop, handler: @escaping (CInt) -> Void
    ) throws(SystemError) {
        self.loop = loop
        let number = unsafe clinux_signalfd(signals, CInt(signals.count))
        descriptor = Descriptor(takingOwnershipOf: try check("signalfd", number))
        watch = try loop.watch(number, for: .readable) { [weak self] _ in
            self?.deliver(to: handler)
        }
    }

    deinit {
        cancel()
    }

    /// Reads until nothing is pending, or until the handler cancels.
    private func deliver(to handler: (CInt) -> Void) {
        while watch != nil {
            let signal = clinux_signalfd_read(descriptor.rawValue)
            guard signal > 0 else { return }
            handler(signal)
        }
    }

    /// Stops watching; the signals stay blocked. On the loop.
    public func cancel() {
        if let watch { loop.cancel(watch) }
        watch = nil
    }
}
