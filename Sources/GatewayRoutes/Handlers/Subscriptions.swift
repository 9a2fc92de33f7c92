import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

/// `/v1/subscriptions/{pubsub}/{topic...}`: messages of a topic, pulled and answered.
enum SubscriptionRoutes {
    static let routes = [
        Route(
            .only(.get), "/v1/subscriptions/{pubsub}/{topic...}",
            query: .known([.max, .wait, .ack, .raw, .timeout, .metadata]), wait: .seconds(30),
            summary: "the next messages of a topic, as JSON or as events",
            example: "'URL/v1/subscriptions/-/orders?max=10&wait=30s&ack=30s'",
            handler: .deferred(pull)),
        // The path ends in `/ack`; a template cannot say so.
        Route(
            .only(.post), "/v1/subscriptions/{pubsub}/{topic...}", query: .known([.timeout]),
            body: .buffer, summary: "answers messages: success, retry or drop (.../ack)",
            example: #"-d '{"ids":["..."],"status":"success"}' URL/v1/subscriptions/-/orders/ack"#,
            handler: .deferred(acknowledge)),
    ]

    // MARK: - Pull

    @Sendable
    private static func pull(_ context: RequestContext) async throws(GatewayError) -> Response {
        let pubsub = try context.component("pubsub", default: \.pubsub)
        let topic = try checkedTopic(try context.parameter("topic"))
        var metadata = context.query.metadata
        if try context.query.flag("raw") { metadata["rawPayload"] = "true" }
        let key = PullSubscriptions.Key(pubsub: pubsub, topic: topic, metadata: metadata)
        let terms = try terms(context.query)
        let subscriptions = context.facade.subscriptions
        let consumer = try await subscriptions.enter(key, through: context.upstream)
        do throws(DaprError) {
            try await context.attempt { _, _ throws(DaprError) in
                try await subscriptions.waitForStream(key, consumer)
            }
        } catch {
            await subscriptions.leave(key, consumer, givesBack: true)
            throw context.failure(error)
        }
        if ServerSentEvents.areAsked(for: context.request) {
            let events = PullEvents(
                subscriptions, key, consumer: consumer, terms, requestID: context.id,
                on: context.upstream.executor)
            return ServerSentEvents.response(events.body)
        }
        var messages: [PulledMessage] = []
        // They are for those who can see them.
        if context.request.method != .head {
            messages = try await poll(key, consumer, terms, context)
        }
        await subscriptions.leave(key, consumer, givesBack: false)
        // Its task was cancelled when the client hung up: others may have its messages.
        if Task.isCancelled {
            _ = await subscriptions.answer(messages.map(\.id), .retry, of: pubsub, topic)
            throw GatewayError(.clientGone, "the client hung up")
        }
        return Response(
            .ok, fields: [.contentType: ContentType.json, .cacheControl: "no-store"],
            body: .bytes(document(messages)))
    }

    private static func poll(
        _ key: PullSubscriptions.Key, _ consumer: Int, _ terms: PullQueue.Terms,
        _ context: RequestContext
    ) async throws(GatewayError) -> [PulledMessage] {
        do throws(DaprError) {
            let polled = try await context.facade.subscriptions.poll(
                key, consumer, terms, wait: context.wait)
            if case .messages(let messages) = polled { return messages }
            return []
        } catch {
            await context.facade.subscriptions.leave(key, consumer, givesBack: true)
            throw context.failure(error)
        }
    }

    private static func document(_ messages: [PulledMessage]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("messages")
        writer.beginArray()
        for message in messages { message.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func terms(_ query: Query) throws(GatewayError) -> PullQueue.Terms {
        var terms = PullQueue.Terms()
        if let text = try query.value("max") {
            guard let max = Int(text), (1...100).contains(max) else {
                throw GatewayError(.invalidParameter, "'max' is a number from 1 to 100")
            }
            terms.max = max
        }
        if let ack = try query.duration("ack") {
            guard ack > .zero, ack <= .seconds(3600) else {
                throw GatewayError(.invalidParameter, "'ack' is more than 0 and at most 1h")
            }
            terms.ack = ack
        }
        return terms
    }

    private static func checkedTopic(_ topic: String) throws(GatewayError) -> String {
        guard !topic.isEmpty else { throw GatewayError(.invalidPath, "the topic is empty") }
        try Names.checkSegments(topic, .invalidPath, "the topic")
        return topic
    }

    // MARK: - Answers

    @Sendable
    private static func acknowledge(
        _ context: RequestContext
    ) async throws(GatewayError) -> Response {
        let path = try context.parameter("topic")
        guard path.hasSuffix("/ack") else {
            throw GatewayError(
                .methodNotAllowed, "messages are answered with POST to .../\(path)/ack",
                fields: [.allow: "GET, HEAD, OPTIONS"])
        }
        let pubsub = try context.component("pubsub", default: \.pubsub)
        let topic = try checkedTopic(String(path.dropLast("/ack".count)))
        let (ids, answer) = try parse(context.content)
        let failures = await context.facade.subscriptions.answer(ids, answer, of: pubsub, topic)
        if failures.isEmpty { return Response(.noContent) }
        guard failures.count < ids.count else {
            throw GatewayError(.notFound, "\(failures[0].id): \(failures[0].reason)")
        }
        var writer = JSONWriter()
        writer.failures(failures) { writer, failure in
            writer.key("id")
            writer.string(failure.id)
            writer.key("detail")
            writer.string(failure.reason)
        }
        return Response(
            .multiStatus, fields: [.contentType: ContentType.json], body: .bytes(writer.bytes))
    }

    /// `{"ids":[...],"status":"success|retry|drop"}`, each id once.
    private static func parse(
        _ content: [UInt8]
    ) throws(GatewayError) -> (ids: [String], PullSubscriptions.Answer) {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONValue.parse(content)
        } catch {
            throw GatewayError(.invalidBody, "the body is no JSON: \(error)")
        }
        for member in root.objectValue?.members ?? []
        where member.key != "ids" && member.key != "status" {
            throw GatewayError(.invalidBody, "'\(member.key)' means nothing here")
        }
        var ids: [String] = []
        for id in root["ids"]?.arrayValue ?? [] {
            guard let id = id.stringValue else {
                throw GatewayError(.invalidBody, "'ids' is a list of texts")
            }
            if !ids.contains(id) { ids.append(id) }
        }
        guard !ids.isEmpty, ids.count <= 1000 else {
            throw GatewayError(.invalidBody, "'ids' is a list of 1 to 1000 texts")
        }
        guard let status = root["status"] else { return (ids, .success) }
        guard let text = status.stringValue,
            let answer = PullSubscriptions.Answer(rawValue: text)
        else {
            throw GatewayError(.invalidBody, "'status' is one of success, retry and drop")
        }
        return (ids, answer)
    }
}

extension JSONWriter {
    /// `{"failed":[...]}`, the report of something that was done in part.
    mutating func failures<Failure>(
        _ failures: [Failure], _ members: (inout JSONWriter, Failure) -> Void
    ) {
        beginObject()
        key("failed")
        beginArray()
        for failure in failures {
            beginObject()
            members(&self, failure)
            endObject()
        }
        endArray()
        endObject()
    }
}

extension QueryParameter {
    fileprivate static let max = QueryParameter(
        name: "max",
        summary: "how many messages at most, not yet answered ones of a stream included")
    fileprivate static let ack = QueryParameter(
        name: "ack", summary: "how long until a message that was not answered is offered again")
}
