import DaprProtos
import FoundationEssentials
import JSON
import SwiftProtobuf

extension ActorsBlock {
    var grpcMethods: [GRPCMethod] {
        [
            method("InvokeActor", ActorsBlock.invokeActor),
            method("GetActorState", ActorsBlock.getActorState),
            method("ExecuteActorStateTransaction", ActorsBlock.executeTransaction),
            method("RegisterActorReminder", ActorsBlock.registerReminder),
            method("GetActorReminder", ActorsBlock.getReminder),
            method("ListActorReminders", ActorsBlock.listReminders),
            method("UnregisterActorReminder", ActorsBlock.unregisterReminder),
            method("UnregisterActorRemindersByType", ActorsBlock.unregisterReminders),
            method("RegisterActorTimer", ActorsBlock.registerTimer),
            method("UnregisterActorTimer", ActorsBlock.unregisterTimer),
            eventStream,
        ]
    }

    private func method<Request: Message, Response: Message>(
        _ name: String,
        _ answer: @escaping @Sendable (ActorsBlock, Request) async throws(SidecarError) -> Response
    ) -> GRPCMethod {
        let box = LoopBound(self, on: context.loop)
        return .dapr(
            name,
            .suspending { request in
                do {
                    let message: Request = try GRPCMethod.decode(request.message)
                    return try GRPCMethod.encode(try await answer(box.value, message))
                } catch let error as SidecarError {
                    return error.reply
                } catch let status as GRPCStatus {
                    return GRPCReply(status: status)
                } catch {
                    return GRPCReply(status: GRPCStatus(GRPCStatus.unknown, "\(error)"))
                }
            })
    }

    // MARK: - Methods and state

    private static func invokeActor(
        _ block: ActorsBlock, _ request: Dapr_Proto_Runtime_V1_InvokeActorRequest
    ) async throws(SidecarError) -> Dapr_Proto_Runtime_V1_InvokeActorResponse {
        var fields = request.metadata.sorted { $0.key < $1.key }.map {
            AppField(name: $0.key.lowercased(), value: $0.value)
        }
        if request.metadata["content-type"] == nil {
            fields.append(AppField(name: "content-type", value: "application/json"))
        }
        let answer = try await block.invoke(
            ActorKey(type: request.actorType, id: request.actorID), request.method, query: "",
            fields: fields, body: Array(request.data))
        var response = Dapr_Proto_Runtime_V1_InvokeActorResponse()
        response.data = Data(answer.body)
        return response
    }

    private static func getActorState(
        _ block: ActorsBlock, _ request: Dapr_Proto_Runtime_V1_GetActorStateRequest
    ) async throws(SidecarError) -> Dapr_Proto_Runtime_V1_GetActorStateResponse {
        let actor = ActorKey(type: request.actorType, id: request.actorID)
        let entry = try block.state(actor, request.key)
        guard block.runtime.isActive(actor) else { throw .actorInstanceMissing }
        var response = Dapr_Proto_Runtime_V1_GetActorStateResponse()
        guard let entry else { return response }
        response.data = Data(entry.data)
        if let expiry = StateBlock.expiryText(entry) { response.metadata["ttlExpireTime"] = expiry }
        return response
    }

    private static func executeTransaction(
        _ block: ActorsBlock, _ request: Dapr_Proto_Runtime_V1_ExecuteActorStateTransactionRequest
    ) async throws(SidecarError) -> Google_Protobuf_Empty {
        var writes: [StateWrite] = []
        try block.check(type: request.actorType)
        for operation in request.operations {
            var write = StateWrite(
                key: operation.key, kind: .set(Array(operation.value.value)),
                ttl: operation.metadata["ttlInSeconds"])
            switch operation.operationType {
            case "upsert": break
            case "delete": write.kind = .delete
            default: throw StateBlock.unsupportedOperation(operation.operationType)
            }
            writes.append(write)
        }
        try block.transact(ActorKey(type: request.actorType, id: request.actorID), writes)
        return Google_Protobuf_Empty()
    }

    // MARK: - Timers

    private static func registerTimer(
        _ block: ActorsBlock, _ request: Dapr_Proto_Runtime_V1_RegisterActorTimerRequest
    ) async throws(SidecarError) -> Google_Protobuf_Empty {
        try await block.register(
            ActorSchedule.Registration(
                actor: ActorKey(type: request.actorType, id: request.actorID),
                name: request.name, kind: .timer(callback: request.callback),
                dueTime: request.dueTime, period: request.period, ttl: request.ttl,
                data: stored(request.data)))
        return Google_Protobuf_Empty()
    }

    private static func unregisterTimer(
        _ block: ActorsBlock, _ request: Dapr_Proto_Runtime_V1_UnregisterActorTimerRequest
    ) async throws(SidecarError) -> Google_Protobuf_Empty {
        try await block.unregister(
            ActorKey(type: request.actorType, id: request.actorID), request.name,
            isReminder: false)
        return Google_Protobuf_Empty()
    }

    // MARK: - Reminders

    private static func registerReminder(
        _ block: ActorsBlock, _ request: Dapr_Proto_Runtime_V1_RegisterActorReminderRequest
    ) async throws(SidecarError) -> Google_Protobuf_Empty {
        var registration = ActorSchedule.Registration(
            actor: ActorKey(type: request.actorType, id: request.actorID), name: request.name,
            kind: .reminder, dueTime: request.dueTime, period: request.period, ttl: request.ttl,
            data: stored(request.data))
        switch request.failurePolicy.policy {
        case nil: break
        case .drop: registration.retry = (.zero, 0)
        case .constant(let constant):
            registration.retry = (
                Duration(constant.interval), constant.hasMaxRetries ? Int(constant.maxRetries) : nil
            )
        }
        try await block.register(
            registration, overwrites: request.hasOverwrite ? request.overwrite : true)
        return Google_Protobuf_Empty()
    }

    private static func getReminder(
        _ block: ActorsBlock, _ request: Dapr_Proto_Runtime_V1_GetActorReminderRequest
    ) async throws(SidecarError) -> Dapr_Proto_Runtime_V1_GetActorReminderResponse {
        let reminder = try await block.reminder(
            ActorKey(type: request.actorType, id: request.actorID), request.name)
        var response = Dapr_Proto_Runtime_V1_GetActorReminderResponse()
        response.actorType = reminder.actor.type
        response.actorID = reminder.actor.id
        if !reminder.dueTime.isEmpty { response.dueTime = reminder.dueTime }
        if let period = reminder.period { response.period = period.text }
        if let end = reminder.endText { response.ttl = end }
        if let data = reminder.data { response.data = packed(data) }
        return response
    }

    private static func listReminders(
        _ block: ActorsBlock, _ request: Dapr_Proto_Runtime_V1_ListActorRemindersRequest
    ) async throws(SidecarError) -> Dapr_Proto_Runtime_V1_ListActorRemindersResponse {
        let id = request.hasActorID ? request.actorID : nil
        var response = Dapr_Proto_Runtime_V1_ListActorRemindersResponse()
        for reminder in try await block.reminders(type: request.actorType, id: id) {
            var named = Dapr_Proto_Runtime_V1_NamedActorReminder()
            named.name = reminder.name
            named.reminder.actorType = reminder.actor.type
            named.reminder.actorID = reminder.actor.id
            if !reminder.dueTime.isEmpty { named.reminder.dueTime = reminder.dueTime }
            if let period = reminder.period { named.reminder.period = period.text }
            if let end = reminder.endText { named.reminder.ttl = end }
            if let data = reminder.data { named.reminder.data = packed(data) }
            response.reminders.append(named)
        }
        return response
    }

    private static func unregisterReminder(
        _ block: ActorsBlock, _ request: Dapr_Proto_Runtime_V1_UnregisterActorReminderRequest
    ) async throws(SidecarError) -> Google_Protobuf_Empty {
        try await block.unregister(
            ActorKey(type: request.actorType, id: request.actorID), request.name,
            isReminder: true)
        return Google_Protobuf_Empty()
    }

    private static func unregisterReminders(
        _ block: ActorsBlock,
        _ request: Dapr_Proto_Runtime_V1_UnregisterActorRemindersByTypeRequest
    ) async throws(SidecarError) -> Dapr_Proto_Runtime_V1_UnregisterActorRemindersByTypeResponse {
        try await block.unregisterReminders(
            type: request.actorType, id: request.hasActorID ? request.actorID : nil)
        return Dapr_Proto_Runtime_V1_UnregisterActorRemindersByTypeResponse()
    }

    /// Bytes are kept as JSON, as their base64 text.
    private static func stored(_ data: Data) -> JSONValue? {
        data.isEmpty ? nil : .string(Base64.encode(data))
    }

    private static func packed(_ data: JSONValue) -> Google_Protobuf_Any {
        let wrapped = Google_Protobuf_BytesValue(Data(data.serialized(options: .go)))
        // Encoding a message without required fields and custom types cannot fail.
        return (try? Google_Protobuf_Any(message: wrapped)) ?? Google_Protobuf_Any()
    }

    // MARK: - Hosting by a stream

    /// A stream to host actors without a port is taken where daprd takes it, but is given nothing to
    /// do: actors are hosted by HTTP apps.
    private var eventStream: GRPCMethod {
        let isHTTP = if case .http = app { true } else { false }
        return .dapr(
            "SubscribeActorEventsAlpha1",
            .streaming { call in
                guard !isHTTP else {
                    return GRPCReply(
                        status: GRPCStatus(
                            GRPCStatus.failedPrecondition,
                            "actor callback streaming requires a gRPC app channel"))
                }
                do {
                    // The initial request and response are field 1 of their messages.
                    guard let first = try await call.next(), first.first == 0x0A else {
                        return GRPCReply(
                            status: GRPCStatus(
                                GRPCStatus.invalidArgument,
                                "first message must be SubscribeActorEventsRequestInitialAlpha1"))
                    }
                    await call.send([0x0A, 0])
                    while try await call.next() != nil {}
                    return GRPCReply()
                } catch let status as GRPCStatus {
                    return GRPCReply(status: status)
                } catch {
                    return GRPCReply(status: GRPCStatus(1, "context canceled"))
                }
            })
    }
}
