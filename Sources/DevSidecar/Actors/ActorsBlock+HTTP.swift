import HTTPMessage
import HTTPTypes
import JSON

extension ActorsBlock {
    var httpRoutes: [HTTPRoute] {
        let writing = ["POST", "PUT"]
        let actor = "/v1.0/actors/{type}/{id}"
        return [
            route(
                writing + ["GET", "DELETE"], actor + "/method/{method}", ActorsBlock.invoke),
            route(writing, actor + "/state", ActorsBlock.transact),
            route(["GET"], actor + "/state/{key}", ActorsBlock.getState),
            route(writing, actor + "/reminders/{name}") {
                block, request async throws(SidecarError) in
                try await block.register(request, isReminder: true)
            },
            route(["GET"], actor + "/reminders/{name}", ActorsBlock.getReminder),
            route(["DELETE"], actor + "/reminders/{name}") {
                block, request async throws(SidecarError) in
                try await block.unregister(
                    request.actor, request.parameters[2], isReminder: true)
                return .noContent
            },
            route(writing, actor + "/timers/{name}") { block, request async throws(SidecarError) in
                try await block.register(request, isReminder: false)
            },
            route(["DELETE"], actor + "/timers/{name}") {
                block, request async throws(SidecarError) in
                try await block.unregister(
                    request.actor, request.parameters[2], isReminder: false)
                return .noContent
            },
        ]
    }

    private func route(
        _ methods: [String], _ pattern: String,
        _ answer:
            @escaping @Sendable (ActorsBlock, SidecarRequest) async throws(SidecarError) ->
            SidecarResponse
    ) -> HTTPRoute {
        let box = LoopBound(self, on: context.loop)
        return HTTPRoute(
            methods, pattern, readsBody: true,
            .suspending { request in
                do throws(SidecarError) {
                    return try await answer(box.value, request)
                } catch {
                    return error.response
                }
            })
    }

    // MARK: - Methods

    private static func invoke(
        _ block: ActorsBlock, _ request: SidecarRequest
    ) async throws(SidecarError) -> SidecarResponse {
        try block.check()
        if let reason = request.bodyError {
            throw .actorName("invalid request", "failed to read body: " + reason)
        }
        var dropped: Set<String> = [
            "host", "content-length", "user-agent", "traceparent", "tracestate",
            "dapr-caller-app-id", "dapr-caller-namespace",
        ]
        if block.context.configuration.apiToken != nil { dropped.insert("dapr-api-token") }
        let all = request.fields.map { AppField(name: $0.name.lowercased(), value: $0.value) }
        var fields = AppFields.forwarded(all, without: dropped)
        if request.fields[.contentType] == nil {
            fields.append(AppField(name: "content-type", value: "application/json"))
        }
        fields.append(AppField(name: "traceparent", value: request.trace.traceparent))
        let answer = try await block.invoke(
            request.actor, request.parameters[2],
            query: String(decoding: request.rawQuery ?? [], as: UTF8.self), fields: fields,
            body: request.body)
        var returned = AppFields.returned(answer)
        if answer.value(of: "content-type") == nil {
            returned.append(AppField(name: "content-type", value: "application/json"))
        }
        return SidecarResponse(status: 200, fields: returned, body: answer.body)
    }

    // MARK: - State

    private static func getState(
        _ block: ActorsBlock, _ request: SidecarRequest
    ) async throws(SidecarError) -> SidecarResponse {
        guard let entry = try block.state(request.actor, request.parameters[2]),
            !entry.data.isEmpty
        else { return .noContent }
        var response = SidecarResponse.json(entry.data)
        if let expiry = StateBlock.expiryText(entry) {
            response.fields.append(AppField(name: "metadata.ttlexpiretime", value: expiry))
        }
        return response
    }

    private static func transact(
        _ block: ActorsBlock, _ request: SidecarRequest
    ) async throws(SidecarError) -> SidecarResponse {
        try block.check(type: request.actor.type)
        var writes: [StateWrite] = []
        do throws(GoJSONFault) {
            for element in try GoJSONBody(request).value.arrayValue ?? [] {
                let operation = try GoStruct(
                    element, name: "TransactionalOperation",
                    fullName: "api.TransactionalOperation")
                let item = try StateItem(mapped: operation.value("request") ?? .null)
                var write = StateWrite(
                    key: item.key, kind: .set(item.data), ttl: item.metadata["ttlInSeconds"])
                switch try operation.string("operation") ?? "" {
                case "upsert": break
                case "delete": write.kind = .delete
                case let other:
                    throw GoJSONFault(text: "operation type \(other) not supported")
                }
                writes.append(write)
            }
        } catch {
            throw .malformed("failed deserializing HTTP body: " + error.text)
        }
        try block.transact(request.actor, writes)
        return .noContent
    }

    // MARK: - Reminders and timers

    private func register(
        _ request: SidecarRequest, isReminder: Bool
    ) async throws(SidecarError) -> SidecarResponse {
        try check(type: request.actor.type)
        var registration = ActorSchedule.Registration(
            actor: request.actor, name: request.parameters[2], kind: .reminder)
        var overwrites = true
        do throws(GoJSONFault) {
            let type = isReminder ? "CreateReminderRequest" : "CreateTimerRequest"
            let body = try GoStruct(
                try GoJSONBody(request).value, name: type, fullName: "api." + type)
            registration.dueTime = try body.string("dueTime") ?? ""
            registration.period = try body.string("period") ?? ""
            registration.ttl = try body.string("ttl") ?? ""
            registration.data = body.value("data")
            if isReminder {
                overwrites = body.value("overwrite")?.boolValue ?? true
            } else {
                registration.kind = .timer(callback: try body.string("callback") ?? "")
            }
        } catch {
            throw .malformed("failed deserializing HTTP body: " + error.text)
        }
        try await register(registration, overwrites: overwrites)
        return .noContent
    }

    private static func getReminder(
        _ block: ActorsBlock, _ request: SidecarRequest
    ) async throws(SidecarError) -> SidecarResponse {
        let reminder = try await block.reminder(request.actor, request.parameters[2])
        var writer = JSONWriter(options: .go)
        writer.beginObject()
        writer.member("actorID", reminder.actor.id)
        writer.member("actorType", reminder.actor.type)
        if let data = reminder.data {
            writer.key("data")
            writer.value(data)
        }
        if !reminder.dueTime.isEmpty { writer.member("dueTime", reminder.dueTime) }
        if let period = reminder.period { writer.member("period", period.text) }
        if let end = reminder.endText { writer.member("ttl", end) }
        writer.endObject()
        return .json(writer.bytes)
    }
}

extension SidecarRequest {
    /// Whom the path names.
    fileprivate var actor: ActorKey { ActorKey(type: parameters[0], id: parameters[1]) }
}

extension ActorSchedule {
    /// When it ends (RFC 3339).
    var endText: String? {
        end.map { CalendarTime(secondsSince1970: $0 / 1_000_000_000).rfc3339 }
    }
}
