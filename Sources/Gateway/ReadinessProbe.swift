import DaprClient
import EventLoop

/// Asks the sidecar now and then whether it is ready, more often while it is not.
///
/// One for the whole gateway, on its loop; requests never wait for it.
final class ReadinessProbe {
    /// What the last health check said.
    enum State: Hashable {
        case ready
        /// Why not, in a sentence.
        case notReady(String)
    }

    private(set) var state = State.notReady("the sidecar was not asked yet")
    private let loop: EventLoop
    private let check: () async throws(DaprError) -> Void
    private let changed: (State) -> Void
    private var timer: LoopTimer?
    private var delay = firstDelay
    private var isStopped = false

    private static let firstDelay = Duration.milliseconds(100)
    private static let interval = Duration.seconds(1)

    /// - Parameters:
    ///   - check: one health check; returns when the sidecar is ready.
    ///   - changed: told when the state is another one.
    init(
        loop: EventLoop, check: @escaping () async throws(DaprError) -> Void,
        changed: @escaping (State) -> Void
    ) {
        self.loop = loop
        self.check = check
        self.changed = changed
    }

    /// One check, and the plan for the next. Called by the owner's task.
    func run() async {
        do throws(DaprError) {
            try await check()
            settle(.ready)
        } catch {
            // Over gRPC the sidecar's own word is just "Unauthorized".
            let isToken = error.kind == .unauthenticated
            settle(.notReady(isToken ? "the sidecar refused the API token" : error.message))
        }
    }

    /// Plans the next check: `start` is called on the loop and has to call `run`.
    func scheduleNext(_ start: @escaping () -> Void) {
        guard !isStopped else { return }
        timer = loop.schedule(after: state == .ready ? Self.interval : delay, start)
        delay = state == .ready ? Self.firstDelay : min(delay * 2, Self.interval)
    }

    /// Ends it.
    func stop() {
        isStopped = true
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private func settle(_ new: State) {
        // What fails because everything is being closed says nothing about the sidecar.
        guard !isStopped, new != state else { return }
        state = new
        changed(new)
    }
}
