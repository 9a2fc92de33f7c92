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
        watch = try loop.watch(number, for: .readable) { _ in
            while true {
                let signal = clinux_signalfd_read(number)
                guard signal > 0 else { break }
                handler(signal)
            }
        }
    }

    /// Stops watching; the signals stay blocked. On the loop.
    public func cancel() {
        if let watch { loop.cancel(watch) }
        watch = nil
    }
}
