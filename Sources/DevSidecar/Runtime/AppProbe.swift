import EventLoop

/// Waits until the app listens, as the sidecar does at its start.
final class AppProbe {
    private static let interval = Duration.milliseconds(100)

    private let context: SidecarContext
    private let address: SocketAddress
    private var attempt: ConnectAttempt?
    private var timer: LoopTimer?

    /// Begins to try, if there is an app.
    init?(_ context: SidecarContext) {
        guard let app = context.configuration.app else { return nil }
        self.context = context
        address = .ip("127.0.0.1", port: app.port)
        connect()
    }

    private func connect() {
        attempt = ConnectAttempt(to: address, on: context.loop, timeout: .seconds(5)) {
            [weak self] result in
            self?.finished(result)
        }
    }

    private func finished(_ result: consuming ConnectResult) {
        attempt = nil
        switch consume result {
        case .connected: context.appIsReady()
        case .failed:
            timer = context.loop.schedule(after: Self.interval) { [weak self] in self?.connect() }
        }
    }

    /// Gives up.
    func stop() {
        attempt?.cancel()
        if let timer { context.loop.cancel(timer) }
    }
}
