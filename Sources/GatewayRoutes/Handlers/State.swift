import DaprClient
import HTTPMessage
import HTTPTypes

/// `/v1/state/{store}/{key...}`: one value, one URL.
enum StateRoutes {
    static let routes = [
        Route(
            .only(.get), "/v1/state/{store}/{key...}",
            query: .known([.consistency, .timeout, .metadata]),
            summary: "the value of a key", example: "URL/v1/state/-/orders/17",
            documentation: RouteDocumentation(
                .state, path: [.store, .key], fields: [.ifNoneMatch],
                answers: [.ok("the value", .value(), fields: [.etag]), .notModified],
                problems: [.notFound]), handler: .deferred(get)),
        Route(
            .only(.put), "/v1/state/{store}/{key...}",
            query: .known([.ttl, .consistency, .timeout, .metadata]), body: .buffer,
            summary: "saves the body as it is", example: "-T order.json URL/v1/state/-/orders/17",
            documentation: RouteDocumentation(
                .state, path: [.store, .key], fields: [.ifMatch, .ifAbsent], content: .value(),
                answers: [.noContent("saved")], problems: writeProblems), handler: .deferred(put)),
        Route(
            .only(.delete), "/v1/state/{store}/{key...}",
            query: .known([.consistency, .timeout, .metadata]),
            summary: "deletes a key", example: "-X DELETE URL/v1/state/-/orders/17",
            documentation: RouteDocumentation(
                .state, path: [.store, .key], fields: [.ifMatch],
                answers: [.noContent("the key is not there any more, or never was")],
                problems: writeProblems), handler: .deferred(delete)),
        Route(
            .only(.get), "/v1/state/{store}",
            query: .known([.key, .timeout, .metadata]),
            summary: "the values of several keys", example: "'URL/v1/state/-?key=a&key=b'",
            documentation: RouteDocumentation(
                .state, path: [.store],
                answers: [.json("each key with its value", .map(of: .bulkItem))],
                problems: [.invalidKey]), handler: .deferred(getBulk)),
        Route(
            .only(.patch), "/v1/state/{store}", query: .known([.timeout, .metadata]), body: .buffer,
            summary: "a transaction",
            example: #"-X PATCH -d '[{"op":"delete","key":"a"}]' URL/v1/state/-"#,
            documentation: RouteDocumentation(
                .state, path: [.store],
                content: .json(
                    .list(of: .stateOperation, atLeast: 1),
                    example: #"[{"op":"delete","key":"a"}]"#),
                answers: [.noContent("all of it is done")], problems: writeProblems + [.invalidKey]),
            handler: .deferred(transact)),
    ]

    private static let writeProblems: [ProblemType] = [
        .conflict, .preconditionFailed, .outcomeUnknown,
    ]

    @Sendable
    private static func get(_ context: RequestContext) async throws(GatewayError) -> Response {
        let target = try StateTarget(context)
        let unwanted = try EntityTagCondition(.ifNoneMatch, in: context.request.fields)
        guard let value = try await target.read(context) else { throw target.notFound }
        let etag = EntityTag.quotable(value.etag)
        if let unwanted, unwanted.matchesWeakly(value.etag) {
            return Response(.notModified, prepared: prepared(etag: etag, type: nil))
        }
        return Response(
            .ok, prepared: prepared(etag: etag, type: ContentType.sniffed(value.data)),
            body: .bytes(value.data))
    }

    /// The fields of a value, which are checked: a tag is quotable, a type one of ours.
    private static func prepared(etag: String?, type: String?) -> PreparedFields {
        var bytes: [UInt8] = []
        // Room for those that every response has, too.
        bytes.reserveCapacity(320)
        if let etag {
            bytes.append(contentsOf: etagPart)
            bytes.append(contentsOf: etag.utf8)
            bytes.append(contentsOf: [UInt8(ascii: "\""), 0])
        }
        if let type {
            bytes.append(contentsOf: typePart)
            bytes.append(contentsOf: type.utf8)
            bytes.append(0)
        }
        return PreparedFields(bytes)
    }

    private static let etagPart = Array("ETag\0\"".utf8)
    private static let typePart = Array("Content-Type\0".utf8)

    @Sendable
    private static func put(_ context: RequestContext) async throws(GatewayError) -> Response {
        let target = try StateTarget(context)
        var item = StateItem(
            key: target.key, value: context.content,
            options: StateOptions(consistency: target.consistency), metadata: target.metadata)
        if let ttl = try context.ttl() { item.metadata[ttlMetadata] = ttl }
        let precondition = try StatePrecondition(context.request.fields)
        try await precondition.apply(to: &item, of: target, context)
        let saved = item
        do throws(DaprError) {
            try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.saveState(store: target.store, items: [saved], options: options)
            }
        } catch {
            throw await precondition.explain(error, writing: saved.etag, of: target, context)
        }
        return Response(.noContent)
    }

    @Sendable
    private static func delete(_ context: RequestContext) async throws(GatewayError) -> Response {
        let target = try StateTarget(context)
        let precondition = try StatePrecondition(context.request.fields)
        guard precondition.ifNoneMatch == nil else {
            throw GatewayError(.invalidHeader, "'If-None-Match' means nothing for DELETE")
        }
        let etag = try await precondition.currentVersion(of: target, context)
        do throws(DaprError) {
            try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.deleteState(
                    store: target.store, key: target.key, etag: etag,
                    stateOptions: StateOptions(consistency: target.consistency),
                    metadata: target.metadata, options: options)
            }
        } catch {
            throw await precondition.explain(error, writing: etag, of: target, context)
        }
        return Response(.noContent)
    }
}

/// What a request for one key of a state store is about.
struct StateTarget {
    let store: String
    let key: String
    let consistency: StateConsistency?
    let metadata: [String: String]

    init(_ context: RequestContext) throws(GatewayError) {
        store = try context.component("store", default: \.state)
        key = try context.parameter("key")
        try Names.checkKey(key)
        consistency = try context.query.choice("consistency", as: StateConsistency.self)
        metadata = context.query.metadata
    }

    // Inlined, because each level of asynchronous calls has a frame to allocate.
    @inline(__always)
    func read(_ context: RequestContext) async throws(GatewayError) -> StateValue? {
        try await context.call { dapr, options throws(DaprError) in
            try await dapr.getState(
                store: store, key: key, consistency: consistency, metadata: metadata,
                options: options)
        }
    }

    var notFound: GatewayError {
        GatewayError(.notFound, "the store '\(store)' has no key '\(key)'")
    }
}

extension QueryParameter {
    static let consistency = QueryParameter(
        name: "consistency", summary: "strong or eventual; the store decides otherwise",
        value: .choice(StateConsistency.allCases.map(\.rawValue)))
    static let ttl = QueryParameter(
        name: "ttl", summary: "how long the value lives, such as 1h; in whole seconds",
        value: .duration(example: "1h"))
    static let key = QueryParameter(
        name: "key", summary: "a key; give it once for each", value: .list(example: ["a", "b"]),
        isRequired: true)
}

/// The name under which Dapr's components know a time to live.
let ttlMetadata = "ttlInSeconds"

extension RequestContext {
    /// `?ttl=` as Dapr's components want it: in seconds, rounded up so that nothing dies early.
    func ttl() throws(GatewayError) -> String? {
        guard let ttl = try query.duration(QueryParameter.ttl.name) else { return nil }
        guard ttl > .zero else { throw GatewayError(.invalidParameter, "'ttl' is more than 0") }
        return String(ttl.secondsRoundedUp)
    }
}
