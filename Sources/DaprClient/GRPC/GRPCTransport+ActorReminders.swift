import DaprProtos
import SwiftProtobuf

// Reminders of actors (dapr/grpc-api.md section 13).
extension GRPCTransport {
    func registerActorReminder(
        _ actor: ActorReference, _ reminder: ActorReminder, options: CallOptions
    ) async throws(DaprError) {
        try actor.check(name: reminder.name, of: "reminder")
        try settings.check(body: reminder.data.count)
        let texts = try reminder.schedule.texts()
        var request = Dapr_Proto_Runtime_V1_RegisterActorReminderRequest()
        request.actorType = actor.type
        request.actorID = actor.id
        request.name = reminder.name
        request.dueTime = texts.dueTime
        request.period = texts.period
        request.ttl = texts.ttl
        request.data = reminder.data.data
        request.overwrite = reminder.overwrites
        if let failurePolicy = reminder.failurePolicy {
            request.failurePolicy = try failurePolicy.message()
        }
        _ = try await call(RPCs.registerActorReminder, request, in: .actors, options)
    }

    func getActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) -> RegisteredReminder? {
        try actor.check(name: name, of: "reminder")
        var request = Dapr_Proto_Runtime_V1_GetActorReminderRequest()
        request.actorType = actor.type
        request.actorID = actor.id
        request.name = name
        let response: Dapr_Proto_Runtime_V1_GetActorReminderResponse
        do throws(DaprError) {
            response = try await call(RPCs.getActorReminder, request, in: .actors, options)
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
        return RegisteredReminder(
            actor: actor, name: name,
            dueTime: response.hasDueTime ? ScheduleTime(answered: response.dueTime) : nil,
            periodText: response.hasPeriod ? response.period : nil,
            ttl: response.hasTtl ? ScheduleTime(answered: response.ttl) : nil,
            data: Self.data(response.data))
    }

    func listActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) -> [RegisteredReminder] {
        try ActorReference(type: type, id: id ?? "-").check()
        var request = Dapr_Proto_Runtime_V1_ListActorRemindersRequest()
        request.actorType = type
        if let id { request.actorID = id }
        let response = try await call(RPCs.listActorReminders, request, in: .actors, options)
        return response.reminders.map { named in
            let reminder = named.reminder
            return RegisteredReminder(
                actor: ActorReference(type: reminder.actorType, id: reminder.actorID),
                name: named.name,
                dueTime: reminder.hasDueTime ? ScheduleTime(answered: reminder.dueTime) : nil,
                periodText: reminder.hasPeriod ? reminder.period : nil,
                ttl: reminder.hasTtl ? ScheduleTime(answered: reminder.ttl) : nil,
                data: Self.data(reminder.data))
        }
    }

    func unregisterActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) {
        try actor.check(name: name, of: "reminder")
        var request = Dapr_Proto_Runtime_V1_UnregisterActorReminderRequest()
        request.actorType = actor.type
        request.actorID = actor.id
        request.name = name
        _ = try await call(RPCs.unregisterActorReminder, request, in: .actors, options)
    }

    func unregisterActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) {
        try ActorReference(type: type, id: id ?? "-").check()
        var request = Dapr_Proto_Runtime_V1_UnregisterActorRemindersByTypeRequest()
        request.actorType = type
        if let id { request.actorID = id }
        _ = try await call(RPCs.unregisterActorReminders, request, in: .actors, options)
    }

    /// What was registered: JSON within `BytesValue` within `Any`.
    private static func data(_ packed: Google_Protobuf_Any) -> [UInt8] {
        guard let wrapped = try? Google_Protobuf_BytesValue(unpackingAny: packed) else {
            return packed.value.array
        }
        return ActorData.bytes(ofStored: wrapped.value.array)
    }
}
