import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

/// `/v1/configuration/{store}`.
enum ConfigurationRoutes {
    static let routes = [
        Route(
            .only(.get), "/v1/configuration/{store}/{key...}",
            query: .known([.wait, .timeout, .metadata]), wait: .zero,
            summary:
                "a value; waits for another one with ?wait= and If-None-Match, tells every change as events",
            example: "URL/v1/configuration/-/greeting", handler: .deferred(get)),
        Route(
            .only(.get), "/v1/configuration/{store}", query: .known([.key, .timeout, .metadata]),
            summary: "several values with versions; all of them where the configuration allows it",
            example: "'URL/v1/configuration/-?key=greeting&key=other'", handler: .deferred(getMany)
        ),
    ]

    // MARK: - One value

    @Sendable
    private static func get(_ context: RequestContext) async throws(GatewayError) -> Response {
        let store = try context.component("store", default: \.configuration)
        let key = try context.parameter("key")
        try Names.checkKey(key)
        let condition = try EntityTagCondition(.ifNoneMatch, in: context.request.fields)
        // Also for events: a store that is unknown is told before the stream begins.
        let item = try await read([key], from: store, context)[key]
        let subject = WatchBoard.Subject(
            store: store, key: key, metadata: context.query.metadata)
        if ServerSentEvents.areAsked(for: context.request) {
            return try await stream([subject], as: .value(key: key), context)
        }
        guard let unwanted = condition, unwanted.matches(item), context.wait > .zero else {
            return try respond(item, condition, key, in: store)
        }
        let next = try await other(than: unwanted, item, of: subject, key, context)
        return try respond(next, unwanted, key, in: store)
    }

    private static func respond(
        _ item: ConfigurationItem?, _ unwanted: EntityTagCondition?, _ key: String, in store: String
    ) throws(GatewayError) -> Response {
        guard let item else {
            throw GatewayError(.notFound, "the store '\(store)' has no key '\(key)'")
        }
        var fields: HTTPFields = [:]
        fields[.eTag] = EntityTag.field(item.tag)
        if let unwanted, unwanted.matchesWeakly(item.tag) {
            return Response(.notModified, fields: fields)
        }
        let content = Array(item.value.utf8)
        fields[.contentType] = ContentType.sniffed(content)
        return Response(.ok, fields: fields, body: .bytes(content))
    }

    /// Waits for a version that is wanted.
    ///
    /// - Returns: the item then, nil when it is gone; `item` when the time is up.
    private static func other(
        than unwanted: EntityTagCondition, _ item: ConfigurationItem?,
        of subject: WatchBoard.Subject, _ key: String, _ context: RequestContext
    ) async throws(GatewayError) -> ConfigurationItem? {
        let watches = context.facade.watches
        let time = watches.time
        let end = time.now() + context.wait
        let entered: [WatchBoard.Cursor]
        do throws(GatewayError) {
            entered = try await watches.enter([subject], through: context.upstream)
        } catch  where error.code == .shuttingDown {
            // As for those who wait already.
            return item
        }
        var cursors = entered
        let outcome: Result<ConfigurationItem?, DaprError>
        do throws(DaprError) {
            var latest = item
            while case .news(let news, let moved) = try await watches.next(
                cursors, within: end - time.now())
            {
                cursors = moved
                latest = news.last.flatMap { $0.news.latest(key) }
                guard unwanted.matches(latest) else { break }
            }
            outcome = .success(latest)
        } catch {
            outcome = .failure(error)
        }
        await watches.leave(entered)
        do throws(DaprError) {
            return try outcome.get()
        } catch {
            throw context.failure(error)
        }
    }

    // MARK: - Several values

    @Sendable
    private static func getMany(_ context: RequestContext) async throws(GatewayError) -> Response {
        let store = try context.component("store", default: \.configuration)
        var keys: [String] = []
        for key in context.query.values("key")
        where !keys.contains(where: { $0.utf8.elementsEqual(key.utf8) }) {
            try Names.checkKey(key)
            keys.append(key)
        }
        guard !keys.isEmpty || context.settings.allowsBulkConfiguration else {
            throw GatewayError(
                .forbidden,
                "'key' is given at least once: ?key=a&key=b; reading all needs "
                    + "'configuration.allowBulk' in the configuration")
        }
        guard keys.count <= mostKeys else {
            throw GatewayError(.invalidParameter, "'key' is given at most \(mostKeys) times")
        }
        let items = try await read(keys, from: store, context)
        if ServerSentEvents.areAsked(for: context.request) {
            let asked: [String?] = keys.isEmpty ? [nil] : keys
            let subjects = asked.map {
                WatchBoard.Subject(store: store, key: $0, metadata: context.query.metadata)
            }
            return try await stream(subjects, as: .object, context)
        }
        var writer = JSONWriter()
        writer.configuration(items, missing: keys.filter { items[$0] == nil })
        return Response(
            .ok, fields: [.contentType: ContentType.json], body: .bytes(writer.bytes))
    }

    private static let mostKeys = 100

    // MARK: - Both

    /// The one place where values are read: a cache stands here.
    private static func read(
        _ keys: [String], from store: String, _ context: RequestContext
    ) async throws(GatewayError) -> [String: ConfigurationItem] {
        try await context.call { dapr, options throws(DaprError) in
            try await dapr.getConfiguration(
                store: store, keys: keys, metadata: context.query.metadata, options: options)
        }
    }

    private static func stream(
        _ subjects: [WatchBoard.Subject], as form: ConfigurationEvents.Form,
        _ context: RequestContext
    ) async throws(GatewayError) -> Response {
        let cursors = try await context.facade.watches.enter(subjects, through: context.upstream)
        let events = ConfigurationEvents(
            context.facade.watches, from: cursors, as: form,
            known: context.request.fields[.lastEventID], requestID: context.id,
            on: context.upstream.executor)
        return ServerSentEvents.response(events.body)
    }
}

extension ConfigurationItem {
    /// The version as an entity tag.
    fileprivate var tag: ETag? { version.isEmpty ? nil : ETag(rawValue: version) }
}

extension EntityTagCondition {
    /// Whether an item is not wanted; one that does not exist always is.
    fileprivate func matches(_ item: ConfigurationItem?) -> Bool {
        item.map { matchesWeakly($0.tag) } ?? false
    }
}

extension WatchBoard.News {
    /// A key's item after all that.
    fileprivate func latest(_ key: String) -> ConfigurationItem? {
        switch self {
        case .state(let items): items[key]
        case .changes(let changes): changes.last?.items[key]
        }
    }
}
