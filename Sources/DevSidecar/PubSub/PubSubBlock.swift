import DaprProtos
import HTTPMessage
import HTTPTypes
import JSON
import SwiftProtobuf

/// Publishing: takes events, wraps them as CloudEvents and hands them to the broker.
final class PubSubBlock: BuildingBlock {
    let context: SidecarContext
    let broker: Broker
    private let names: Set<String>

    init(context: SidecarContext, apps: AppDirectory) {
        self.context = context
        names = Set(context.components(of: "pubsub").map(\.name))
        if case .http(let app) = apps.own {
            broker = Broker(app: app, clock: context.clock)
            if app is any InProcessApp {
                broker.askForSubscriptions()
            } else {
                context.whenAppIsReady { [broker] in broker.askForSubscriptions() }
            }
        } else {
            broker = Broker(app: nil, clock: context.clock)
        }
    }

    var httpRoutes: [HTTPRoute] {
        let publish = HTTPHandler.eventual { [self] in answer($0, publishOne, $1) }
        let bulk = HTTPHandler.eventual { [self] in answer($0, publishBulk, $1) }
        return [
            HTTPRoute(["POST", "PUT"], "/v1.0/publish/{pubsub}/*", readsBody: true, publish),
            HTTPRoute(["POST", "PUT"], "/v1.0/publish/bulk/{pubsub}/*", readsBody: true, bulk),
            HTTPRoute(
                ["POST", "PUT"], "/v1.0-alpha1/publish/bulk/{pubsub}/*", readsBody: true, bulk),
        ]
    }

    var grpcMethods: [GRPCMethod] {
        let bulk = GRPCHandler.eventual { [self] in
            answer($0, Dapr_Proto_Runtime_V1_BulkPublishResponse(), publishBulk, $1)
        }
        return [
            .dapr(
                "PublishEvent",
                .eventual { [self] in answer($0, Google_Protobuf_Empty(), publishOne, $1) }),
            .dapr("BulkPublishEvent", bulk),
            .dapr("BulkPublishEventAlpha1", bulk),
            streamMethod,
        ]
    }

    var subscriptions: [SubscriptionInfo] {
        broker.subscriptions.map(\.info) + broker.streams.map(\.info)
    }

    func stop() {
        broker.stop()
    }

    var inspection: InspectionPage? {
        InspectionPage("published") { [broker] in
            .array(
                broker.log.map { event in
                    let text = String(decoding: event.content, as: UTF8.self)
                    let metadata = event.metadata.map {
                        JSONObject.Member(key: $0, value: .string($1))
                    }
                    return [
                        "pubsubname": .string(event.pubsub), "topic": .string(event.topic),
                        "event": .string(text), "metadata": .object(JSONObject(metadata)),
                    ]
                })
        }
    }

    // MARK: - Both APIs

    /// Checks what every publish call names.
    func check(pubsub: String, topic: String, metadata: [String: String]) throws(SidecarError) {
        guard !pubsub.isEmpty else { throw .pubsub(.noName, "", "pubsub name is empty") }
        guard names.contains(pubsub) else { throw .unknownPubsub(pubsub, metadata: metadata) }
        guard !topic.isEmpty else {
            throw .pubsub(.noTopic, pubsub, "topic is empty in pubsub \(pubsub)")
        }
    }

    /// Publishes one event.
    func publish(
        _ request: PublishRequest, isOverGRPC: Bool, _ handover: Handover
    ) throws(SidecarError) {
        try check(pubsub: request.pubsub, topic: request.topic, metadata: request.metadata)
        let isRaw: Bool
        do throws(BadRawPayload) {
            isRaw = try request.isRaw()
        } catch {
            throw .badRawPayload(error.value, request)
        }
        var metadata = request.metadata
        if isRaw, isOverGRPC {
            // So it is: over this API the trace of raw events goes along as metadata.
            let isTraced = request.trace.traceparent != TraceContext.none.traceparent
            metadata["traceid"] = isTraced ? request.trace.traceparent : ""
        }
        broker.publish(
            PublishedEvent(
                pubsub: request.pubsub, topic: request.topic,
                content: isRaw ? request.data : try envelope(request), metadata: metadata),
            handover)
    }

    /// The CloudEvent to publish.
    func envelope(_ request: PublishRequest) throws(SidecarError) -> [UInt8] {
        let now = context.clock.seconds
        let time = CalendarTime(secondsSince1970: now).rfc3339
        var event: CloudEvent
        if CloudEvent.isType(request.contentType, "application/cloudevents+json") {
            do throws(CloudEventError) {
                event = try CloudEvent(completing: request, time: time)
            } catch {
                throw .noCloudEvent(error.text, request, appID: context.appID)
            }
        } else {
            event = CloudEvent(wrapping: request, source: context.appID, time: time)
        }
        if let seconds = request.timeToLive {
            let (end, overflow) = now.addingReportingOverflow(Int64(seconds))
            if !overflow { event.expire(at: CalendarTime(secondsSince1970: end).rfc3339) }
        }
        return event.bytes
    }

    // MARK: - One event

    private func publishOne(
        _ request: SidecarRequest, _ handover: Handover
    ) throws(SidecarError) {
        let publish = PublishRequest(
            pubsub: request.parameters[0], topic: request.parameters[1], data: request.body,
            contentType: request.fields[.contentType] ?? "", metadata: request.queryMetadata,
            trace: request.trace)
        try check(pubsub: publish.pubsub, topic: publish.topic, metadata: publish.metadata)
        if let reason = request.bodyError { throw .unpublished(reason, publish) }
        try self.publish(publish, isOverGRPC: false, handover)
    }

    private func publishOne(
        _ message: Dapr_Proto_Runtime_V1_PublishEventRequest, _ trace: TraceContext,
        _ handover: Handover
    ) throws(SidecarError) {
        try publish(
            PublishRequest(
                pubsub: message.pubsubName, topic: message.topic, data: Array(message.data),
                contentType: message.dataContentType, metadata: message.metadata, trace: trace),
            isOverGRPC: true, handover)
    }

    // MARK: - Answers

    /// Answers when the events are taken, or at once when they are refused.
    private func answer(
        _ request: SidecarRequest,
        _ work: (SidecarRequest, Handover) throws(SidecarError) -> Void,
        _ completion: @escaping (SidecarResponse) -> Void
    ) {
        let handover = Handover()
        do throws(SidecarError) {
            try work(request, handover)
            handover.whenDone { completion(.noContent) }
        } catch {
            completion(error.response)
        }
    }

    private func answer<Request: Message>(
        _ request: GRPCRequest, _ success: some Message,
        _ work: (Request, TraceContext, Handover) throws(SidecarError) -> Void,
        _ completion: @escaping (GRPCReply) -> Void
    ) {
        let handover = Handover()
        do throws(GRPCStatus) {
            let message: Request = try GRPCMethod.decode(request.message)
            do throws(SidecarError) {
                try work(message, request.trace, handover)
            } catch {
                return completion(error.reply)
            }
            let reply = try GRPCMethod.encode(success)
            handover.whenDone { completion(reply) }
        } catch {
            completion(GRPCReply(status: error))
        }
    }
}
