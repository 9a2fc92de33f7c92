import DaprProtos
import EventLoop
import SwiftProtobuf

extension ConfigurationBlock {
    typealias GetRequest = Dapr_Proto_Runtime_V1_GetConfigurationRequest
    typealias SubscribeRequest = Dapr_Proto_Runtime_V1_SubscribeConfigurationRequest
    typealias UnsubscribeRequest = Dapr_Proto_Runtime_V1_UnsubscribeConfigurationRequest

    var grpcMethods: [GRPCMethod] {
        let box = LoopBound(self, on: context.loop)
        // The first names and today's are the same.
        return ["", "Alpha1"].flatMap { version -> [GRPCMethod] in
            [
                .unary("GetConfiguration" + version) {
                    [self] (request: GetRequest) throws(GRPCStatus) in try answer(request)
                },
                .dapr(
                    "SubscribeConfiguration" + version,
                    .streaming { call in
                        do {
                            return try await box.value.serve(call, box)
                        } catch let status as GRPCStatus {
                            return GRPCReply(status: status)
                        } catch {
                            // The client is gone.
                            return GRPCReply()
                        }
                    }),
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

    /// Streams changes until somebody unsubscribes, the client goes away or the sidecar stops.
    private func serve(
        _ call: GRPCStreamCall, _ box: LoopBound<ConfigurationBlock>
    ) async throws -> GRPCReply {
        guard let message = try await call.next() else {
            throw GRPCStatus(GRPCStatus.unknown, "EOF")
        }
        let request: SubscribeRequest = try GRPCMethod.decode(message)
        do throws(SidecarError) { _ = try store(request.storeName) } catch { throw error.status }
        let id = RandomUUID.make()
        let loop = context.loop
        await withTaskCancellationHandler {
            await withCheckedContinuation { ended in
                subscribe(request, id: id, call) { ended.resume() }
            }
        } onCancel: {
            // In a later turn: by then the subscription is there.
            loop.execute { box.value.watchers.cancel(id) }
        }
        return GRPCReply()
    }

    private func subscribe(
        _ request: SubscribeRequest, id: String, _ call: GRPCStreamCall,
        end: @escaping () -> Void
    ) {
        func send(_ items: [String: Dapr_Proto_Common_V1_ConfigurationItem]) {
            var update = Dapr_Proto_Runtime_V1_SubscribeConfigurationResponse()
            update.id = id
            update.items = items
            // Its only failure is a required field that is not set; there are none in proto3.
            guard let bytes: [UInt8] = try? update.serializedBytes() else { return }
            call.assumeIsolated { $0.send(bytes) }
        }
        var subscription = ConfigurationSubscriptions.Subscription(
            store: request.storeName, keys: request.keys
        ) { key, item in send([key: item?.message ?? .init()]) }
        subscription.end = end
        watchers.add(subscription, id: id)
        send([:])
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
