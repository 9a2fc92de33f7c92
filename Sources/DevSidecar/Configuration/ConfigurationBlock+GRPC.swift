import DaprProtos
import EventLoop
import SwiftProtobuf

extension ConfigurationBlock {
    typealias GetRequest = Dapr_Proto_Runtime_V1_GetConfigurationRequest
    typealias SubscribeRequest = Dapr_Proto_Runtime_V1_SubscribeConfigurationRequest
    typealias SubscribeResponse = Dapr_Proto_Runtime_V1_SubscribeConfigurationResponse
    typealias UnsubscribeRequest = Dapr_Proto_Runtime_V1_UnsubscribeConfigurationRequest

    var grpcMethods: [GRPCMethod] {
        let box = LoopBound(self, on: context.loop)
        // The first names and today's are the same.
        return ["", "Alpha1"].flatMap { version -> [GRPCMethod] in
            [
                .unary("GetConfiguration" + version) {
                    [self] (request: GetRequest) throws(GRPCStatus) in try answer(request)
                },
                .stream("SubscribeConfiguration" + version) { try await box.value.serve($0) },
                .unary("UnsubscribeConfiguration" + version) {
                    [self] (request: UnsubscribeRequest) in answer(request)
                },
            ]
        }
    }

    private func answer(
        _ request: GetRequest
    ) throws(GRPCStatus) -> Dapr_Proto_Runtime_V1_GetConfigurationResponse {
        do throws(SidecarError) {
            var response = Dapr_Proto_Runtime_V1_GetConfigurationResponse()
            response.items = try items(request.keys, in: request.storeName).mapValues(\.message)
            return response
        } catch {
            throw error.status
        }
    }

    private func answer(
        _ request: UnsubscribeRequest
    ) -> Dapr_Proto_Runtime_V1_UnsubscribeConfigurationResponse {
        var response = Dapr_Proto_Runtime_V1_UnsubscribeConfigurationResponse()
        response.ok = watchers.remove(request.id)
        if !response.ok {
            response.message = Self.unsubscribeFailure(
                request.id, "subscription does not exist")
        }
        return response
    }

    /// How many changes wait for a client that is behind; then the oldest are lost.
    private static let mostWaiting = 1000

    /// Streams changes until somebody unsubscribes, the client goes away or the sidecar stops.
    private func serve(_ call: GRPCStreamCall) async throws -> GRPCReply {
        guard let message = try await call.next() else {
            throw GRPCStatus(GRPCStatus.unknown, "EOF")
        }
        let request: SubscribeRequest = try GRPCMethod.decode(message)
        do throws(SidecarError) { _ = try store(request.storeName) } catch { throw error.status }
        let id = RandomUUID.make()
        let (updates, continuation) = AsyncStream.makeStream(
            of: SubscribeResponse.self, bufferingPolicy: .bufferingNewest(Self.mostWaiting))
        var update = SubscribeResponse()
        update.id = id
        continuation.yield(update)
        var subscription = ConfigurationSubscriptions.Subscription(
            store: request.storeName, keys: request.keys
        ) { [update] key, item in
            var update = update
            update.items = [key: item?.message ?? .init()]
            continuation.yield(update)
        }
        subscription.end = { continuation.finish() }
        watchers.add(subscription, id: id)
        defer { watchers.cancel(id) }
        for await update in updates { await call.send(try update.serializedBytes()) }
        return GRPCReply()
    }
}

extension InMemoryConfigurationStore.Item {
    fileprivate var message: Dapr_Proto_Common_V1_ConfigurationItem {
        var message = Dapr_Proto_Common_V1_ConfigurationItem()
        message.value = value
        message.version = version
        return message
    }
}
