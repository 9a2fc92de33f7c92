import DaprProtos
import SwiftProtobuf

extension RPCs {
    static let invokeActor = RPC<
        Dapr_Proto_Runtime_V1_InvokeActorRequest, Dapr_Proto_Runtime_V1_InvokeActorResponse
    >("InvokeActor")
    static let getActorState = RPC<
        Dapr_Proto_Runtime_V1_GetActorStateRequest, Dapr_Proto_Runtime_V1_GetActorStateResponse
    >("GetActorState", isRead: true)
    static let executeActorStateTransaction = RPC<
        Dapr_Proto_Runtime_V1_ExecuteActorStateTransactionRequest, Empty
    >("ExecuteActorStateTransaction")
    static let registerActorReminder = RPC<
        Dapr_Proto_Runtime_V1_RegisterActorReminderRequest, Empty
    >("RegisterActorReminder")
    static let getActorReminder = RPC<
        Dapr_Proto_Runtime_V1_GetActorReminderRequest,
        Dapr_Proto_Runtime_V1_GetActorReminderResponse
    >("GetActorReminder", isRead: true)
    static let listActorReminders = RPC<
        Dapr_Proto_Runtime_V1_ListActorRemindersRequest,
        Dapr_Proto_Runtime_V1_ListActorRemindersResponse
    >("ListActorReminders")
    static let unregisterActorReminder = RPC<
        Dapr_Proto_Runtime_V1_UnregisterActorReminderRequest, Empty
    >("UnregisterActorReminder")
    static let unregisterActorReminders = RPC<
        Dapr_Proto_Runtime_V1_UnregisterActorRemindersByTypeRequest,
        Dapr_Proto_Runtime_V1_UnregisterActorRemindersByTypeResponse
    >("UnregisterActorRemindersByType")
    static let registerActorTimer = RPC<
        Dapr_Proto_Runtime_V1_RegisterActorTimerRequest, Empty
    >("RegisterActorTimer")
    static let unregisterActorTimer = RPC<
        Dapr_Proto_Runtime_V1_UnregisterActorTimerRequest, Empty
    >("UnregisterActorTimer")
}

// Actors (dapr/grpc-api.md section 13).
extension GRPCTransport {
    func invokeActor(
        _ actor: ActorReference, method: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [UInt8] {
        try actor.check(name: method, of: "method")
        try settings.check(body: data.count)
        var request = Dapr_Proto_Runtime_V1_InvokeActorRequest()
        request.actorType = actor.type
        request.actorID = actor.id
        request.method = method
        request.data = data.data
        request.metadata = metadata
        return try await call(RPCs.invokeActor, request, in: .actors, options).data.array
    }

    func getActorState(
        _ actor: ActorReference, key: String, options: CallOptions
    ) async throws(DaprError) -> ActorStateValue? {
        try actor.check(name: key, of: "key")
        var request = Dapr_Proto_Runtime_V1_GetActorStateRequest()
        request.actorType = actor.type
        request.actorID = actor.id
        request.key = key
        let response = try await call(RPCs.getActorState, request, in: .actors, options)
        guard !response.data.isEmpty else { return nil }
        return ActorStateValue(
            data: response.data.array, expiry: response.metadata["ttlExpireTime"])
    }

    func executeActorStateTransaction(
        _ actor: ActorReference, operations: [ActorStateOperation], options: CallOptions
    ) async throws(DaprError) {
        try actor.check()
        var request = Dapr_Proto_Runtime_V1_ExecuteActorStateTransactionRequest()
        request.actorType = actor.type
        request.actorID = actor.id
        for operation in operations {
            var message = Dapr_Proto_Runtime_V1_TransactionalActorStateOperation()
            message.key = operation.key
            switch operation {
            case .upsert(_, let value, let ttl):
                try settings.check(body: value.count)
                message.operationType = "upsert"
                message.value.value = value.data
                if let seconds = try ActorData.ttlSeconds(ttl) {
                    message.metadata["ttlInSeconds"] = seconds
                }
            case .delete: message.operationType = "delete"
            }
            request.operations.append(message)
        }
        _ = try await call(RPCs.executeActorStateTransaction, request, in: .actors, options)
    }

    // MARK: - Timers

    func registerActorTimer(
        _ actor: ActorReference, _ timer: ActorTimer, options: CallOptions
    ) async throws(DaprError) {
        try actor.check(name: timer.name, of: "timer")
        try settings.check(body: timer.data.count)
        let texts = try timer.schedule.texts()
        var request = Dapr_Proto_Runtime_V1_RegisterActorTimerRequest()
        request.actorType = actor.type
        request.actorID = actor.id
        request.name = timer.name
        request.dueTime = texts.dueTime
        request.period = texts.period
        request.ttl = texts.ttl
        request.callback = timer.callback
        request.data = timer.data.data
        _ = try await call(RPCs.registerActorTimer, request, in: .actors, options)
    }

    func unregisterActorTimer(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) {
        try actor.check(name: name, of: "timer")
        var request = Dapr_Proto_Runtime_V1_UnregisterActorTimerRequest()
        request.actorType = actor.type
        request.actorID = actor.id
        request.name = name
        _ = try await call(RPCs.unregisterActorTimer, request, in: .actors, options)
    }
}
