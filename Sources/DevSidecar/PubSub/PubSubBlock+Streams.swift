import DaprProtos
import EventLoop
import JSON
import SwiftProtobuf

extension PubSubBlock {
    typealias StreamRequest = Dapr_Proto_Runtime_V1_SubscribeTopicEventsRequestAlpha1
    typealias StreamResponse = Dapr_Proto_Runtime_V1_SubscribeTopicEventsResponseAlpha1

    /// `SubscribeTopicEventsAlpha1`.
    var streamMethod: GRPCMethod {
        let box = LoopBound(self, on: context.loop)
        return .stream("SubscribeTopicEventsAlpha1") { try await box.value.serve($0) }
    }

    private func serve(_ call: GRPCStreamCall) async throws -> GRPCReply {
        let request = try await subscription(call)
        let (messages, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        var accepted = StreamResponse()
        accepted.initialResponse = .init()
        continuation.yield(try accepted.serializedBytes())
        let isRaw = PublishRequest.isTrue(request.metadata["rawPayload"])
        let stream = TopicStream(
            pubsub: request.pubsubName, topic: request.topic, metadata: request.metadata,
            deadLetterTopic: request.deadLetterTopic
        ) { [broker] event in
            guard let event = broker.cloudEvent(event, isRaw: isRaw)?.objectValue,
                let message = try? Dapr_Proto_Runtime_V1_TopicEventRequest(
                    event, pubsub: request.pubsubName, topic: request.topic)
            else { return nil }
            var response = StreamResponse()
            response.eventMessage = message
            guard let bytes: [UInt8] = try? response.serializedBytes() else { return nil }
            continuation.yield(bytes)
            return message.id
        } end: {
            continuation.finish()
        }
        broker.open(stream)
        defer { broker.close(stream) }
        let box = LoopBound((self, stream), on: context.loop)
        return try await withThrowingTaskGroup(of: GRPCReply.self) { group in
            group.addTask {
                for await message in messages { await call.send(message) }
                return GRPCReply(status: GRPCStatus(GRPCStatus.unknown, "stream closed"))
            }
            group.addTask {
                while let message = try await call.next() {
                    let (block, stream) = box.value
                    try block.take(message, stream)
                }
                throw GRPCStatus(GRPCStatus.unknown, "EOF")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? GRPCReply()
        }
    }

    /// The first message, checked.
    private func subscription(
        _ call: GRPCStreamCall
    ) async throws -> Dapr_Proto_Runtime_V1_SubscribeTopicEventsRequestInitialAlpha1 {
        guard let message = try await call.next() else {
            throw GRPCStatus(GRPCStatus.unknown, "EOF")
        }
        let first: StreamRequest = try GRPCMethod.decode(message)
        guard case .initialRequest(let request) = first.subscribeTopicEventsRequestType else {
            throw GRPCStatus(GRPCStatus.unknown, "initial request is required")
        }
        guard !request.pubsubName.isEmpty else {
            throw GRPCStatus(GRPCStatus.unknown, "pubsubName is required")
        }
        guard !request.topic.isEmpty else {
            throw GRPCStatus(GRPCStatus.unknown, "topic is required")
        }
        do throws(SidecarError) {
            try check(
                pubsub: request.pubsubName, topic: request.topic, metadata: request.metadata)
        } catch {
            throw error.status
        }
        return request
    }

    private func take(_ message: [UInt8], _ stream: TopicStream) throws {
        let request: StreamRequest = try GRPCMethod.decode(message)
        switch request.subscribeTopicEventsRequestType {
        case nil: break
        case .initialRequest:
            throw GRPCStatus(GRPCStatus.unknown, "duplicate initial request received")
        case .eventProcessed(let processed):
            let answer: TopicStream.Answer =
                switch processed.status.status {
                case .success: .success
                case .drop: .drop
                case .retry, .UNRECOGNIZED: .retry
                }
            broker.answer(processed.id, answer, on: stream)
        }
    }
}
