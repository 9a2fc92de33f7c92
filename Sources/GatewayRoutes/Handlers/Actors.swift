import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

/// `/v1/actors/{type}/{id}`: methods and state of virtual actors.
enum ActorRoutes {
    static let routes =
        [
            Route(
                .any, "/v1/actors/{type}/{id}/method/{method}", query: .known([.timeout]),
                body: .buffer, summary: "calls a method of an actor: body in, body out",
                example: "-d hello URL/v1/actors/Echo/1/method/greet", handler: .deferred(invoke)),
            Route(
                .only(.get), "/v1/actors/{type}/{id}/state/{key...}", query: .known([.timeout]),
                summary: "a value of an actor's state",
                example: "URL/v1/actors/Echo/1/state/greetings", handler: .deferred(getState)),
            transaction(.patch, example: "-X PATCH "), transaction(.post, example: ""),
        ] + reminderRoutes + timerRoutes

    /// PATCH as for other state, POST as Dapr has it.
    private static func transaction(_ method: HTTPRequest.Method, example: String) -> Route {
        Route(
            .only(method), "/v1/actors/{type}/{id}/state", query: .known([.timeout]),
            body: .buffer, summary: "a transaction on an active actor's state",
            example: example + #"-d '[{"op":"upsert","key":"greetings","value":1}]' "#
                + "URL/v1/actors/Echo/1/state",
            handler: .deferred(transact))
    }

    // MARK: - Methods

    @Sendable
    private static func invoke(_ context: RequestContext) async throws(GatewayError) -> Response {
        let actor = try ActorReference(context)
        let method = try context.name("method", of: "method")
        // Asking what is possible must not do it.
        guard context.request.method != .options else {
            return Response(.noContent, fields: [.allow: allowed])
        }
        let metadata = [
            "content-type": contentType(context), "x-request-id": context.id,
        ]
        let answer: [UInt8]
        do throws(DaprError) {
            answer = try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.invokeActor(
                    actor, method: method, data: context.content, metadata: metadata,
                    options: options)
            }
        } catch {
            switch error.kind {
            case .componentFailed, .unknown:
                throw GatewayError(.actorFailed, error.message, cause: error)
            default: throw context.failure(error, calling: actor)
            }
        }
        return .content(answer)
    }

    private static let allowed = RouteTable.methods.map(\.rawValue).joined(separator: ", ")

    /// What the request says; a form is what `curl -d` calls everything unasked.
    private static func contentType(_ context: RequestContext) -> String {
        guard let said = context.request.fields[.contentType],
            ContentType.essence(said) != "application/x-www-form-urlencoded"
        else { return ContentType.sniffed(context.content) }
        return said
    }

    // MARK: - State

    @Sendable
    private static func getState(_ context: RequestContext) async throws(GatewayError) -> Response {
        let actor = try ActorReference(context)
        let key = try context.parameter("key")
        try Names.checkKey(key)
        let value = try await context.callActor(actor) { dapr, options throws(DaprError) in
            try await dapr.getActorState(actor, key: key, options: options)
        }
        guard let value else {
            throw GatewayError(
                .notFound, "the actor '\(actor.id)' of type '\(actor.type)' has no key '\(key)'")
        }
        var fields: HTTPFields = [.contentType: ContentType.sniffed(value.data)]
        if let expiry = value.expiry { fields[.metadataExpiry] = expiry }
        return Response(.ok, fields: fields, body: .bytes(value.data))
    }

    @Sendable
    private static func transact(_ context: RequestContext) async throws(GatewayError) -> Response {
        let actor = try ActorReference(context)
        let operations = try StateRoutes.operationList(context.content) {
            (members, kind, key) throws(GatewayError) -> ActorStateOperation in
            guard kind == .upsert else { return .delete(key: key) }
            return .upsert(
                key: key, value: try members.requiredContent("value"),
                ttl: try members.ttl().map { .seconds($0) })
        }
        try await context.callActor(actor) { dapr, options throws(DaprError) in
            try await dapr.executeActorStateTransaction(
                actor, operations: operations, options: options)
        }
        return Response(.noContent)
    }
}

extension ActorReference {
    /// The actor that a request is about.
    init(_ context: RequestContext) throws(GatewayError) {
        self.init(
            type: try context.name("type", of: "actor type"),
            id: try context.name("id", of: "actor id"))
    }
}

extension RequestContext {
    /// Makes one call about an actor.
    func callActor<Result>(
        _ actor: ActorReference,
        _ body: (any DaprAPI, CallOptions) async throws(DaprError) -> Result
    ) async throws(GatewayError) -> Result {
        do throws(DaprError) {
            return try await attempt(body)
        } catch {
            throw failure(error, calling: actor)
        }
    }

    fileprivate func failure(_ error: DaprError, calling actor: ActorReference) -> GatewayError {
        // It may also be the state store that is missing.
        let isType =
            error.code == "ERR_ACTOR_NO_ADDRESS" || error.message.contains("did not find address")
        guard error.kind == .noSuchComponent, isType else { return failure(error) }
        return GatewayError(
            .noSuchActorType, "nobody hosts actors of the type '\(actor.type)'", cause: error)
    }
}

extension HTTPField.Name {
    /// When a value of an actor's state is gone (RFC 3339).
    fileprivate static let metadataExpiry = constant("Metadata-ttlExpireTime")
}
