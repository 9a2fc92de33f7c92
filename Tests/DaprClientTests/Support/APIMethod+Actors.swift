@testable import DaprClient

extension APIMethod {
    static let actors: [APIMethod] = [
        actor("invokeActor", "actor proxy", "invoke", .noSuchComponent, .bytes) {
            api, type, data, options in
            _ = try await api.invokeActor(
                ActorReference(type: type, id: "1"), method: "m", data: data, metadata: [:],
                options: options)
        }.sendingData(),
        actor(
            "executeActorStateTransaction", "actor client stateTransaction", "transaction",
            .notFound
        ) { api, type, data, options in
            try await api.executeActorStateTransaction(
                ActorReference(type: type, id: "1"),
                operations: [.upsert(key: "k", value: data)], options: options)
        }.sendingData().whenActive(),
        actor("getActorState", "actor client stateGet", "state", .notFound, .bytes) {
            api, type, _, options in
            _ = try await api.getActorState(
                ActorReference(type: type, id: "1"), key: "k", options: options)
        }.whenActive(),
    ]

    static let actorSchedules: [APIMethod] = [
        actor(
            "registerActorReminder", "actor client registerActorReminder", "registerReminder",
            .denied
        ) { api, type, _, options in
            try await api.registerActorReminder(
                ActorReference(type: type, id: "1"),
                ActorReminder(name: "r", dueTime: .after(.seconds(3600))), options: options)
        },
        actor("getActorReminder", "actor client reminderGet", "reminder", .denied, .json) {
            api, type, _, options in
            _ = try await api.getActorReminder(
                ActorReference(type: type, id: "1"), name: "r", options: options)
        },
        actor("listActorReminders", nil, "reminders", .denied) { api, type, _, options in
            _ = try await api.listActorReminders(type: type, id: "1", options: options)
        }.overGRPCOnly(),
        actor(
            "unregisterActorReminder", "actor client unregisterActorReminder",
            "unregisterReminder", .denied
        ) { api, type, _, options in
            try await api.unregisterActorReminder(
                ActorReference(type: type, id: "1"), name: "r", options: options)
        },
        actor("unregisterActorReminders", nil, "unregisterReminders", .denied) {
            api, type, _, options in
            try await api.unregisterActorReminders(type: type, id: "1", options: options)
        }.overGRPCOnly(),
        actor("registerActorTimer", "actor client registerActorTimer", "registerTimer", nil) {
            api, type, _, options in
            try await api.registerActorTimer(
                ActorReference(type: type, id: "1"),
                ActorTimer(name: "t", dueTime: .after(.seconds(3600))), options: options)
        }.whenActive(),
        actor(
            "unregisterActorTimer", "actor client unregisterActorTimer", "unregisterTimer", nil
        ) { api, type, _, options in
            try await api.unregisterActorTimer(
                ActorReference(type: type, id: "1"), name: "t", options: options)
        },
    ]

    private static func actor(
        _ name: String, _ javaScript: String?, _ handle: String, _ unknown: DaprError.Kind?,
        _ content: Content = .ignored, call: @escaping Call
    ) -> APIMethod {
        APIMethod(
            name: name, block: "Actors", javaScript: javaScript,
            handle: "actor(type:id:).\(handle)", subject: "Echo", unknown: unknown,
            content: content, call: call)
    }

    /// Only actors that were called have state and timers.
    private func whenActive() -> APIMethod {
        var method = self
        method.prepare = { api in
            _ = try await api.invokeActor(
                ActorReference(type: "Echo", id: "1"), method: "m", data: [], metadata: [:],
                options: CallOptions())
            return nil
        }
        return method
    }
}
