import DaprClient
import HTTPMessage

/// The messages of a subscription as server-sent events, for one client.
///
/// When nobody holds it any more, because the client hung up, its messages are offered to others.
actor PullEvents {
    private enum Phase {
        case beginning
        case open
        case ended
    }

    private let subscriptions: PullSubscriptions
    private let key: PullSubscriptions.Key
    private let consumer: Int
    private let terms: PullQueue.Terms
    private let requestID: String
    private let executor: (any TaskExecutor)?
    private var phase = Phase.beginning

    /// - Parameter consumer: who has entered, and leaves with this.
    init(
        _ subscriptions: PullSubscriptions, _ key: PullSubscriptions.Key, consumer: Int,
        _ terms: PullQueue.Terms, requestID: String, on executor: (any TaskExecutor)?
    ) {
        self.subscriptions = subscriptions
        self.key = key
        self.consumer = consumer
        self.terms = terms
        self.requestID = requestID
        self.executor = executor
    }

    deinit {
        let (subscriptions, key, consumer) = (subscriptions, key, consumer)
        Task(executorPreference: executor) {
            await subscriptions.leave(key, consumer, givesBack: true)
        }
    }

    /// The stream of the response.
    nonisolated var body: BodyStream { BodyStream { try await self.next() } }

    private func next() async throws -> [UInt8]? {
        switch phase {
        case .ended: return nil
        case .beginning:
            phase = .open
            return ServerSentEvents.beginning
        case .open: break
        }
        do throws(DaprError) {
            let polled = try await subscriptions.poll(
                key, consumer, terms, wait: ServerSentEvents.heartbeat)
            guard case .messages(let messages) = polled else {
                phase = .ended
                return ServerSentEvents.farewell(subscriptions.time)
            }
            guard !messages.isEmpty else { return ServerSentEvents.comment() }
            return messages.flatMap { ServerSentEvents.event(id: $0.id, data: $0.json) }
        } catch  where error.kind == .unavailable || error.kind == .deadlineExceeded {
            // The client would only come back to hear that again.
            try await subscriptions.time.sleep(Self.patience)
            return ServerSentEvents.comment("the sidecar is not available")
        } catch  where error.kind == .cancelled {
            throw error
        } catch {
            phase = .ended
            return ServerSentEvents.end(
                GatewayError(error), instance: requestID, subscriptions.time)
        }
    }

    /// The pause before a subscription that was lost is tried again.
    private static let patience = Duration.seconds(1)
}
