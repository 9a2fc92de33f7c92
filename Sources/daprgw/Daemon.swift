import ArgumentParser
import EventLoop
import Gateway
import Synchronization

/// Runs a gateway until a signal asks it to stop.
///
/// The main thread has a loop for nothing but that. Make this first of all, so that every thread
/// that is started later inherits that the signals are blocked.
struct Daemon {
    /// The main thread's loop; what else a command runs may live here.
    let loop: EventLoop
    private let source: SignalSource
    private let signals: AsyncStream<CInt>

    init() throws {
        loop = try EventLoop()
        let (signals, continuation) = AsyncStream.makeStream(of: CInt.self)
        self.signals = signals
        source = try SignalSource([Self.interrupt, Self.terminate], on: loop) { signal in
            continuation.yield(signal)
        }
    }

    /// Starts the gateway, waits for SIGTERM or SIGINT and drains. Ends with status 1 when the gateway
    /// cannot be started.
    ///
    /// - Parameters:
    ///   - gateway: not started yet.
    ///   - prepare: what to start before the gateway.
    ///   - started: told where the gateway listens.
    ///   - stopped: what to end after the gateway.
    func run(
        _ gateway: Gateway, prepare: @escaping @Sendable () async throws -> Void = {},
        started: @escaping @Sendable (Gateway.Addresses) -> Void = { _ in },
        stopped: @escaping @Sendable () async -> Void = {}
    ) throws {
        let failure = Failure()
        Task(executorPreference: loop) { [loop, signals] in
            defer { loop.stop() }
            do {
                try await prepare()
                started(try await gateway.start())
            } catch {
                failure.text.withLock { $0 = "\(error)" }
                await gateway.stop(drain: .zero)
                return await stopped()
            }
            for await signal in signals {
                await gateway.stop(signal: signal == Self.interrupt ? "SIGINT" : "SIGTERM")
                return await stopped()
            }
        }
        loop.run()
        source.cancel()
        gateway.joinThreads()
        if let text = failure.text.withLock({ $0 }) {
            StandardError.write("daprgw: \(text)\n")
            throw ExitCode(1)
        }
    }

    private final class Failure: Sendable {
        let text = Mutex<String?>(nil)
    }

    private static let interrupt: CInt = 2
    private static let terminate: CInt = 15
}
