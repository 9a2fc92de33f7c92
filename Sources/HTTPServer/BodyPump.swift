import DequeModule
import EventLoop
import HTTPMessage

/// Pulls the streamed body of a response on the loop, a bounded distance ahead of the client.
actor BodyPump {
    /// What the pump has to give right now.
    enum Output {
        case chunk([UInt8])
        case nothingYet
        case end
        case failure
    }

    private nonisolated let loop: EventLoop
    private let stream: BodyStream
    private let window: Int
    private var chunks: Deque<[UInt8]> = []
    private var bytes = 0
    private var ending: Output?
    private var isCancelled = false
    private var task: Task<Void, Never>?
    private var room: CheckedContinuation<Void, Never>?
    private var onOutput: (() -> Void)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor }

    init(_ stream: BodyStream, loop: EventLoop, window: Int) {
        self.stream = stream
        self.loop = loop
        self.window = window
    }

    /// Starts to pull.
    ///
    /// - Parameter onOutput: called when there is output again after `take` gave `nothingYet`.
    func start(onOutput: @escaping () -> Void) {
        guard task == nil, !isCancelled else { return }
        self.onOutput = onOutput
        task = Task(executorPreference: loop) { await self.pull() }
    }

    /// The next output, without waiting.
    func take() -> Output {
        guard let chunk = chunks.popFirst() else { return ending ?? .nothingYet }
        bytes -= chunk.count
        if bytes <= window / 2 { room.take()?.resume() }
        return .chunk(chunk)
    }

    /// Nobody will take any more.
    func cancel() {
        isCancelled = true
        chunks.removeAll()
        onOutput = nil
        task?.cancel()
        room.take()?.resume()
    }

    private func pull() async {
        do {
            while !isCancelled, let chunk = try await stream.next() {
                guard !isCancelled, !chunk.isEmpty else { continue }
                chunks.append(chunk)
                bytes += chunk.count
                onOutput?()
                if bytes >= window { await withCheckedContinuation { room = $0 } }
            }
            ending = .end
        } catch {
            ending = .failure
        }
        onOutput?()
        onOutput = nil
    }
}
