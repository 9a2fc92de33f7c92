import DaprProtos
import JSON
import SwiftProtobuf

extension RPCs {
    static let subscribeTopicEvents = RPC<
        Dapr_Proto_Runtime_V1_SubscribeTopicEventsRequestAlpha1,
        Dapr_Proto_Runtime_V1_SubscribeTopicEventsResponseAlpha1
    >("SubscribeTopicEventsAlpha1")
}

extension GRPCTransport {
    func subscribe(
        pubsub: String, topic: String, deadLetterTopic: String?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> TopicStream {
        guard !pubsub.isEmpty, !topic.isEmpty else {
            throw DaprError(
                .invalidArgument, "the name of a component or topic is empty", isUnprocessed: true)
        }
        var request = Dapr_Proto_Runtime_V1_SubscribeTopicEventsRequestAlpha1()
        request.initialRequest.pubsubName = pubsub
        request.initialRequest.topic = topic
        request.initialRequest.metadata = metadata
        if let deadLetterTopic { request.initialRequest.deadLetterTopic = deadLetterTopic }
        let stream = try await stream(
            RPCs.subscribeTopicEvents, request, isComplete: false, in: .subscription, options)
        guard case .initialResponse = try await stream.first()?.subscribeTopicEventsResponseType
        else {
            stream.call.cancel()
            throw DaprError(
                .malformedResponse, "the sidecar's first message does not accept the subscription")
        }
        return TopicStream { () throws(DaprError) in
            while true {
                switch try await stream.answer() {
                case .eventMessage(let event): return TopicMessage(event, from: stream)
                case .initialResponse:
                    stream.call.cancel()
                    throw DaprError(
                        .malformedResponse, "the sidecar accepts the subscription twice")
                case nil: return nil
                }
            }
        } cancel: {
            stream.call.cancel()
        }
    }
}

private typealias TopicEvents = GRPCStream<
    Dapr_Proto_Runtime_V1_SubscribeTopicEventsRequestAlpha1,
    Dapr_Proto_Runtime_V1_SubscribeTopicEventsResponseAlpha1
>

extension TopicEvents {
    /// What the next message holds; nil at the end.
    fileprivate func answer() async throws(DaprError)
        -> Dapr_Proto_Runtime_V1_SubscribeTopicEventsResponseAlpha1
        .OneOf_SubscribeTopicEventsResponseType?
    {
        while let message = try await next() {
            // What a later sidecar may say besides is passed over.
            if let content = message.subscribeTopicEventsResponseType { return content }
        }
        return nil
    }
}

extension TopicMessage {
    fileprivate init(
        _ event: Dapr_Proto_Runtime_V1_TopicEventRequest, from stream: TopicEvents
    ) {
        let id = event.id
        self.init(
            id: id, source: event.source, type: event.type, specVersion: event.specVersion,
            contentType: event.dataContentType, data: event.data.array, topic: event.topic,
            pubsub: event.pubsubName, attributes: event.extensions.fields.mapValues(\.attribute)
        ) { (answer) throws(DaprError) in
            var request = Dapr_Proto_Runtime_V1_SubscribeTopicEventsRequestAlpha1()
            request.eventProcessed.id = id
            request.eventProcessed.status.status =
                switch answer {
                case .success: .success
                case .retry: .retry
                case .drop: .drop
                }
            try await stream.send(request)
        }
    }
}

extension Google_Protobuf_Value {
    /// A text as it is, everything else as JSON.
    fileprivate var attribute: String {
        if case .stringValue(let text) = kind { return text }
        if case .numberValue(let number) = kind, let whole = Int64(exactly: number) {
            return String(whole)
        }
        return (try? jsonString()) ?? ""
    }
}
