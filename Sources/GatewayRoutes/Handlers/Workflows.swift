import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

/// `/v1/workflows`: starting workflows, and managing their instances.
enum WorkflowRoutes {
    static let routes =
        [
            Route(
                .only(.post), "/v1/workflows/{name}", query: .known([.id, .startTime, .timeout]),
                body: .buffer, summary: "starts an instance of a workflow; the body is its input",
                example: #"-d '{"order":17}' 'URL/v1/workflows/ship?id=order-17'"#,
                handler: .deferred(start)),
            Route(
                .only(.get), "/v1/workflows/{id}", query: .known([.wait, .timeout]),
                wait: .zero, summary: "what an instance does; can wait until it is over",
                example: "URL/v1/workflows/order-17", handler: .deferred(get)),
            Route(
                .only(.post), "/v1/workflows/{id}/events/{event}", query: .known([.timeout]),
                body: .buffer, summary: "gives an event to an instance",
                example: #"-d '{"paid":true}' URL/v1/workflows/order-17/events/payment"#,
                handler: .deferred(raise)),
        ] + changes + [
            Route(
                .only(.delete), "/v1/workflows/{id}", query: .known([.timeout]),
                summary: "forgets an instance that is over",
                example: "-X DELETE URL/v1/workflows/order-17", handler: .deferred(purge))
        ]

    private static let changes = [
        change("pause", "stops an instance for a while") {
            dapr, id, options throws(DaprError) in
            try await dapr.pauseWorkflow(id, options: options)
        },
        change("resume", "goes on with an instance") { dapr, id, options throws(DaprError) in
            try await dapr.resumeWorkflow(id, options: options)
        },
        change("terminate", "ends an instance") { dapr, id, options throws(DaprError) in
            try await dapr.terminateWorkflow(id, options: options)
        },
    ]

    private static func change(
        _ verb: String, _ summary: String,
        _ action:
            @escaping @Sendable (
                any DaprAPI, String, CallOptions
            ) async throws(DaprError) -> Void
    ) -> Route {
        Route(
            .only(.post), "/v1/workflows/{id}/\(verb)", query: .known([.timeout]),
            summary: summary, example: "-X POST URL/v1/workflows/order-17/\(verb)",
            handler: .deferred { context throws(GatewayError) in
                let id = try instance(context)
                try await context.call { dapr, options throws(DaprError) in
                    try await action(dapr, id, options)
                }
                return Response(.accepted)
            })
    }

    // MARK: - Starting

    @Sendable
    private static func start(_ context: RequestContext) async throws(GatewayError) -> Response {
        let name = try context.name("name", of: "name of a workflow")
        let asked = try context.query.value("id")
        if let asked { try checkNewID(asked) }
        let startTime = try startTime(context.query)
        let input = try text(context)
        let id: String
        do throws(DaprError) {
            id = try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.startWorkflow(
                    name, instanceID: asked, input: input, startTime: startTime, options: options)
            }
        } catch {
            guard error.kind == .conflict else { throw context.failure(error) }
            throw GatewayError(.alreadyExists, error.message, cause: error)
        }
        let document: JSONValue = ["id": .string(id)]
        return .json(
            document.serialized(), status: .accepted,
            fields: [.location: "/v1/workflows/\(PercentEncoding.encodeSegment(id))"])
    }

    /// What the sidecar accepts, said before anything is sent.
    private static func checkNewID(_ id: String) throws(GatewayError) {
        let isWord = id.unicodeScalars.allSatisfy { scalar in
            scalar == "-" || scalar == "_" || scalar.properties.isAlphabetic
                || scalar.properties.generalCategory == .decimalNumber
        }
        guard (1...64).contains(id.utf8.count), isWord else {
            throw GatewayError(
                .invalidParameter,
                "'\(id)' is no 'id' of an instance: it has 1 to 64 bytes of letters, digits, '-' and "
                    + "'_'")
        }
    }

    private static func startTime(_ query: Query) throws(GatewayError) -> Timestamp? {
        guard let text = try query.value(QueryParameter.startTime.name) else { return nil }
        guard let time = try? Timestamp(text) else {
            throw GatewayError(
                .invalidParameter,
                "'\(text)' is no 'startTime'; write it as 2026-11-24T06:00:00Z")
        }
        return time
    }

    // MARK: - Instances

    @Sendable
    private static func get(_ context: RequestContext) async throws(GatewayError) -> Response {
        let id = try instance(context)
        var state = try await read(id, context)
        var rest = context.wait
        var pause = Duration.milliseconds(50)
        while rest > .zero, !state.status.isFinal {
            let step = min(pause, rest)
            try await context.pause(step)
            let before = context.sidecarTime
            state = try await read(id, context)
            rest -= step + context.sidecarTime - before
            pause = min(pause * 2, .seconds(1))
        }
        var writer = JSONWriter()
        writer.write(state)
        return .json(writer.bytes, fields: [.cacheControl: "no-store"])
    }

    private static func read(
        _ id: String, _ context: RequestContext
    ) async throws(GatewayError) -> WorkflowState {
        let state = try await context.call { dapr, options throws(DaprError) in
            try await dapr.getWorkflow(id, options: options)
        }
        guard let state else {
            throw GatewayError(.notFound, "there is no workflow instance '\(id)'")
        }
        return state
    }

    @Sendable
    private static func raise(_ context: RequestContext) async throws(GatewayError) -> Response {
        let id = try instance(context)
        let event = try context.name("event", of: "name of an event")
        let data = try text(context)
        try await context.call { dapr, options throws(DaprError) in
            try await dapr.raiseWorkflowEvent(id, event: event, data: data, options: options)
        }
        return Response(.accepted)
    }

    @Sendable
    private static func purge(_ context: RequestContext) async throws(GatewayError) -> Response {
        let id = try instance(context)
        do throws(DaprError) {
            try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.purgeWorkflow(id, options: options)
            }
        } catch {
            guard error.kind == .conflict else { throw context.failure(error) }
            throw GatewayError(
                .stillActive, "the instance '\(id)' is not over: terminate it first", cause: error)
        }
        return Response(.noContent)
    }

    private static func instance(_ context: RequestContext) throws(GatewayError) -> String {
        try context.name("id", of: "id of an instance")
    }

    /// The body, which workers take for JSON and which has to be UTF-8 at least.
    private static func text(_ context: RequestContext) throws(GatewayError) -> [UInt8] {
        guard isValidUTF8(context.content[...]) else {
            throw GatewayError(.invalidBody, "the body is not UTF-8")
        }
        return context.content
    }
}

extension RequestContext {
    /// Lets time pass; a client that hangs up ends it.
    func pause(_ duration: Duration) async throws(GatewayError) {
        do {
            try await facade.time.sleep(duration)
        } catch {
            throw GatewayError(.clientGone, "the client went away")
        }
    }
}

extension QueryParameter {
    fileprivate static let id = QueryParameter(
        name: "id", summary: "the id of the instance; the sidecar chooses one otherwise")
    fileprivate static let startTime = QueryParameter(
        name: "startTime", summary: "when it begins, such as 2026-11-24T06:00:00Z; now otherwise")
}
