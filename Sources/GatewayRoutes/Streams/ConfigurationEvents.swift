import DaprClient
import HTTPMessage
import JSON

/// The changes of configuration items as server-sent events, for one client: first what there is.
///
/// When nobody holds it any more, because the client hung up, the items are not watched any more.
actor ConfigurationEvents {
    /// How changes are written.
    enum Form: Sendable {
        /// One key: the data is its value, the id its version; `removed` when it has none.
        case value(key: String)
        /// A JSON object of what changed, null for what is gone.
        case object
    }

    private enum Phase {
        case beginning
        case open
        case ended
    }

    private let watches: ConfigurationWatches
    private let entered: [WatchBoard.Cursor]
    private var cursors: [WatchBoard.Cursor]
    private let form: Form
    /// What the client knows already, if it comes back.
    private var known: String?
    private let requestID: String
    private let executor: (any TaskExecutor)?
    private var phase = Phase.beginning

    /// - Parameters:
    ///   - cursors: where those who have entered begin, and leave with this.
    ///   - known: the id of the last event that the client saw.
    init(
        _ watches: ConfigurationWatches, from cursors: [WatchBoard.Cursor], as form: Form,
        known: String?, requestID: String, on executor: (any TaskExecutor)?
    ) {
        self.watches = watches
        self.cursors = cursors
        entered = cursors
        self.form = form
        self.known = known
        self.requestID = requestID
        self.executor = executor
    }

    deinit {
        let (watches, entered) = (watches, entered)
        Task(executorPreference: executor) { await watches.leave(entered) }
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
            switch try await watches.next(cursors, within: ServerSentEvents.heartbeat) {
            case .news(let news, let cursors):
                self.cursors = cursors
                return write(news)
            case .nothing: return ServerSentEvents.comment()
            case .ended:
                phase = .ended
                return ServerSentEvents.farewell(watches.time)
            }
        } catch  where error.kind == .cancelled {
            throw error
        } catch {
            phase = .ended
            return ServerSentEvents.end(GatewayError(error), instance: requestID, watches.time)
        }
    }

    // MARK: - Writing

    private func write(_ news: [(subject: WatchBoard.Subject, news: WatchBoard.News)]) -> [UInt8] {
        var bytes: [UInt8] = []
        var state = ConfigurationChange(updated: [:], items: [:])
        var isState = false
        for (subject, news) in news {
            switch news {
            case .state(let items):
                isState = true
                state.updated.merge(items) { $1 }
                if let key = subject.key, items[key] == nil { state.removed.insert(key) }
            case .changes(let changes): for change in changes { bytes += event(change) }
            }
        }
        guard isState else { return bytes }
        let isKnown =
            if case .value(let key) = form, let known, let item = state.updated[key] {
                !item.version.isEmpty && item.version == known
            } else { false }
        known = nil
        // An empty chunk would end the body.
        return isKnown ? bytes + ServerSentEvents.comment("unchanged") : event(state) + bytes
    }

    private func event(_ change: ConfigurationChange) -> [UInt8] {
        switch form {
        case .value(let key):
            if let item = change.updated[key] {
                return ServerSentEvents.event(id: item.version, data: item.value.utf8)
            }
            return ServerSentEvents.event(name: "removed", data: "".utf8)
        case .object:
            var writer = JSONWriter()
            writer.configuration(change.updated, missing: change.removed)
            return ServerSentEvents.event(data: writer.bytes)
        }
    }
}

extension JSONWriter {
    /// An object of items in the order of their keys, null for those that have no value.
    mutating func configuration(
        _ items: [String: ConfigurationItem], missing: some Sequence<String>
    ) {
        beginObject()
        var all: [(String, ConfigurationItem?)] = items.map { ($0.key, $0.value) }
        for name in missing { all.append((name, nil)) }
        for (name, item) in all.sorted(by: { $0.0 < $1.0 }) {
            key(name)
            guard let item else {
                null()
                continue
            }
            beginObject()
            key("value")
            string(item.value)
            key("version")
            string(item.version)
            key("metadata")
            value(.object(sorted: item.metadata))
            endObject()
        }
        endObject()
    }
}
