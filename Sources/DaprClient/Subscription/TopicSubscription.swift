import Synchronization

/// The events of a topic, for one consumer (`SubscribeTopicEventsAlpha1`).
///
/// Nothing is read ahead: the sidecar sends on as messages are taken, so that at most what fits a
/// stream's window (64 KiB and a message) waits here. The subscription ends well with ``cancel()``,
/// with `.cancelled` when the consumer's task is cancelled, and when nobody holds it or one of its
/// messages any more.
public final class TopicSubscription: AsyncSequence, Sendable {
    /// What happens when the sidecar or the stream is lost.
    public enum Reconnection: Sendable, Hashable {
        /// The subscription ends with `.unavailable`.
        case never
        /// It is made anew, for as long as it takes, with pauses that double from `first` up to
        /// `longest`. What was published meanwhile comes if the broker keeps it. Messages of before
        /// cannot be answered any more.
        case backingOff(first: Duration = .milliseconds(100), longest: Duration = .seconds(30))
    }

    private struct State {
        var stream: TopicStream
        var isCancelled = false
        /// The pause before a reconnection.
        var pause: Task<Void, Never>?
    }

    private let open: @Sendable () async throws(DaprError) -> TopicStream
    private let reconnection: Reconnection
    private let state: Mutex<State>

    /// Subscribes.
    init(
        _ reconnection: Reconnection,
        open: @escaping @Sendable () async throws(DaprError) -> TopicStream
    ) async throws(DaprError) {
        self.open = open
        self.reconnection = reconnection
        state = Mutex(State(stream: try await open()))
    }

    /// Ends the subscription: the consumer's loop ends. Messages that were not answered stay so.
    public func cancel() {
        let (stream, pause) = state.withLock { state in
            state.isCancelled = true
            return (state.stream, state.pause)
        }
        stream.cancel()
        pause?.cancel()
    }

    /// The next message; nil after ``cancel()``. One task at a time may ask.
    ///
    /// - Throws: why the subscription ended otherwise.
    public func next() async throws(DaprError) -> TopicMessage? {
        while true {
            let (stream, isCancelled) = state.withLock { ($0.stream, $0.isCancelled) }
            guard !isCancelled else { return nil }
            do throws(DaprError) {
                if let message = try await stream.next() { return message }
                throw DaprError(.unavailable, "the sidecar ended the subscription")
            } catch {
                guard !state.withLock(\.isCancelled) else { return nil }
                guard error.kind == .unavailable, !Task.isCancelled,
                    case .backingOff(let first, let longest) = reconnection
                else { throw error }
                try await reconnect(first, longest)
            }
        }
    }

    private func reconnect(_ first: Duration, _ longest: Duration) async throws(DaprError) {
        var time = Swift.max(first, .milliseconds(1))
        while !state.withLock(\.isCancelled) {
            try await pause(time)
            guard !state.withLock(\.isCancelled) else { return }
            do throws(DaprError) {
                let stream = try await open()
                let isCancelled = state.withLock { state in
                    state.stream = stream
                    return state.isCancelled
                }
                if isCancelled { stream.cancel() }
                return
            } catch  where error.kind == .unavailable || error.kind == .deadlineExceeded {
                time = Swift.min(time * 2, Swift.max(longest, first))
            }
        }
    }

    /// Waits, unless the subscription is cancelled meanwhile.
    private func pause(_ time: Duration) async throws(DaprError) {
        let pause = Task { _ = try? await Task.sleep(for: time) }
        state.withLock { state in
            state.pause = pause
            if state.isCancelled { pause.cancel() }
        }
        await withTaskCancellationHandler {
            await pause.value
        } onCancel: {
            pause.cancel()
        }
        guard !Task.isCancelled else {
            throw DaprError(.cancelled, "the subscription was cancelled")
        }
    }

    /// The one iterator: a second one goes on where the first is.
    public func makeAsyncIterator() -> Iterator { Iterator(subscription: self) }

    /// Waits for messages.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let subscription: TopicSubscription

        /// The next message; nil after ``TopicSubscription/cancel()``.
        public func next() async throws(DaprError) -> TopicMessage? {
            try await subscription.next()
        }

        /// The same, wherever the caller is isolated.
        public func next(
            isolation actor: isolated (any Actor)?
        ) async throws(DaprError) -> TopicMessage? {
            try await subscription.next()
        }
    }
}
