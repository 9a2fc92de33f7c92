import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

// `/v1/actors/{type}/{id}`: reminders, which outlive an actor's activation, and timers, which do not.
extension ActorRoutes {
    static let reminderRoutes = [
        Route(
            .only(.put), "/v1/actors/{type}/{id}/reminders/{name}", query: .known([.timeout]),
            body: .buffer, summary: "registers a reminder of an actor",
            example: #"-X PUT -d '{"dueTime":"1h","period":"24h","data":{"id":17}}' "#
                + "URL/v1/actors/Echo/1/reminders/bill",
            handler: .deferred(putReminder)),
        Route(
            .only(.get), "/v1/actors/{type}/{id}/reminders/{name}", query: .known([.timeout]),
            summary: "a reminder of an actor", example: "URL/v1/actors/Echo/1/reminders/bill",
            handler: .deferred(getReminder)),
        Route(
            .only(.delete), "/v1/actors/{type}/{id}/reminders/{name}", query: .known([.timeout]),
            summary: "removes a reminder of an actor",
            example: "-X DELETE URL/v1/actors/Echo/1/reminders/bill",
            handler: .deferred(deleteReminder)),
    ]

    static let timerRoutes = [
        Route(
            .only(.put), "/v1/actors/{type}/{id}/timers/{name}", query: .known([.timeout]),
            body: .buffer, summary: "registers a timer of an actor",
            example: #"-X PUT -d '{"dueTime":"5m","callback":"tick"}' "#
                + "URL/v1/actors/Echo/1/timers/tick",
            handler: .deferred(putTimer)),
        Route(
            .only(.delete), "/v1/actors/{type}/{id}/timers/{name}", query: .known([.timeout]),
            summary: "removes a timer of an actor",
            example: "-X DELETE URL/v1/actors/Echo/1/timers/tick", handler: .deferred(deleteTimer)),
    ]

    // MARK: - Reminders

    @Sendable
    private static func putReminder(
        _ context: RequestContext
    ) async throws(GatewayError) -> Response {
        let actor = try ActorReference(context)
        let name = try context.name("name", of: "name of a reminder")
        let isCreateOnly = try context.isCreateOnly()
        var members = try BodyMembers(JSONNode(body: context.content), of: "the reminder")
        var reminder = ActorReminder(name: name, overwrites: !isCreateOnly)
        (reminder.dueTime, reminder.period, reminder.ttl) = try members.schedule()
        reminder.data = try members.content("data")?.bytes ?? []
        reminder.failurePolicy = try members.failurePolicy()
        try members.finish()
        guard reminder.dueTime != nil || reminder.period != nil else {
            throw members.invalid("has neither 'dueTime' nor 'period'")
        }
        let registered = reminder
        do throws(DaprError) {
            try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.registerActorReminder(actor, registered, options: options)
            }
        } catch {
            throw context.failure(
                error, creating: "the reminder '\(name)'", isCreateOnly: isCreateOnly)
        }
        return Response(.noContent)
    }

    @Sendable
    private static func getReminder(
        _ context: RequestContext
    ) async throws(GatewayError) -> Response {
        let actor = try ActorReference(context)
        let name = try context.name("name", of: "name of a reminder")
        let reminder = try await context.callActor(actor) { dapr, options throws(DaprError) in
            try await dapr.getActorReminder(actor, name: name, options: options)
        }
        guard let reminder else {
            throw GatewayError(.notFound, "the actor has no reminder '\(name)'")
        }
        var writer = JSONWriter()
        writer.beginObject()
        let texts = [
            ("name", name), ("dueTime", reminder.dueTime?.description),
            ("period", reminder.periodText), ("ttl", reminder.ttl?.description),
        ]
        for (name, text) in texts {
            guard let text else { continue }
            writer.key(name)
            writer.string(text)
        }
        if !reminder.data.isEmpty { writer.content(reminder.data, as: "data") }
        writer.endObject()
        return .json(writer.bytes)
    }

    @Sendable
    private static func deleteReminder(
        _ context: RequestContext
    ) async throws(GatewayError) -> Response {
        let actor = try ActorReference(context)
        let name = try context.name("name", of: "name of a reminder")
        try await context.callActor(actor) { dapr, options throws(DaprError) in
            try await dapr.unregisterActorReminder(actor, name: name, options: options)
        }
        return Response(.noContent)
    }

    // MARK: - Timers

    @Sendable
    private static func putTimer(_ context: RequestContext) async throws(GatewayError) -> Response {
        let actor = try ActorReference(context)
        let name = try context.name("name", of: "name of a timer")
        var members = try BodyMembers(JSONNode(body: context.content), of: "the timer")
        var timer = ActorTimer(name: name)
        (timer.dueTime, timer.period, timer.ttl) = try members.schedule()
        timer.callback = try members.text("callback") ?? ""
        timer.data = try members.content("data")?.bytes ?? []
        try members.finish()
        let registered = timer
        try await context.callActor(actor) { dapr, options throws(DaprError) in
            try await dapr.registerActorTimer(actor, registered, options: options)
        }
        return Response(.noContent)
    }

    @Sendable
    private static func deleteTimer(
        _ context: RequestContext
    ) async throws(GatewayError) -> Response {
        let actor = try ActorReference(context)
        let name = try context.name("name", of: "name of a timer")
        try await context.callActor(actor) { dapr, options throws(DaprError) in
            try await dapr.unregisterActorTimer(actor, name: name, options: options)
        }
        return Response(.noContent)
    }
}

extension BodyMembers {
    fileprivate mutating func schedule() throws(GatewayError) -> (
        dueTime: ScheduleTime?, period: ActorPeriod?, ttl: ScheduleTime?
    ) {
        (try time("dueTime"), try period("period"), try time("ttl"))
    }
}
