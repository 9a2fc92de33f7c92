import HTTP2
import HTTPTypes
import JSON

// Actors (dapr/http-api.md section 10).
extension HTTPTransport {
    func invokeActor(
        _ actor: ActorReference, method: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [UInt8] {
        try actor.check(name: method, of: "method")
        try settings.check(body: data.count)
        let extra = metadata.compactMap { name, value -> (String, String)? in
            guard let name = HTTPField.Name(name), InvokeFields.isForwarded(name) else {
                return nil
            }
            return (name.canonicalName, value)
        }
        let response = try await call(
            "POST", RequestPath("actors", actor.type, actor.id, "method", method), body: data,
            extra: extra, in: .actors, options)
        // The sidecar passes an error that the actor itself answers on as it is.
        guard response.head["x-daprerrorresponseheader"] == nil else {
            let body = HTTPErrorBody(response.body, status: response.head.status ?? 200)
            throw DaprError(
                .componentFailed, body.message, code: body.code,
                status: .http(response.head.status ?? 200), details: body.details)
        }
        return response.body
    }

    func getActorState(
        _ actor: ActorReference, key: String, options: CallOptions
    ) async throws(DaprError) -> ActorStateValue? {
        try actor.check(name: key, of: "key")
        let response = try await call(
            "GET", RequestPath("actors", actor.type, actor.id, "state", key), in: .actors, options)
        guard !response.body.isEmpty else { return nil }
        return ActorStateValue(
            data: response.body, expiry: response.head["metadata.ttlexpiretime"])
    }

    func executeActorStateTransaction(
        _ actor: ActorReference, operations: [ActorStateOperation], options: CallOptions
    ) async throws(DaprError) {
        try actor.check()
        var writer = JSONWriter()
        writer.beginArray()
        for operation in operations { try writer.write(operation, limits: settings) }
        writer.endArray()
        try await postActor(
            RequestPath("actors", actor.type, actor.id, "state"), writer, options)
    }

    // MARK: - Reminders

    func registerActorReminder(
        _ actor: ActorReference, _ reminder: ActorReminder, options: CallOptions
    ) async throws(DaprError) {
        try actor.check(name: reminder.name, of: "reminder")
        guard reminder.failurePolicy == nil else {
            throw DaprError(
                .notSupported,
                "a failure policy cannot be sent over the HTTP API, only over the gRPC API",
                isUnprocessed: true)
        }
        var writer = JSONWriter()
        writer.beginObject()
        try writer.write(reminder.schedule, data: reminder.data, limits: settings)
        if !reminder.overwrites {
            writer.key("overwrite")
            writer.bool(false)
        }
        writer.endObject()
        try await postActor(
            RequestPath("actors", actor.type, actor.id, "reminders", reminder.name), writer,
            options)
    }

    func getActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) -> RegisteredReminder? {
        try actor.check(name: name, of: "reminder")
        let path = RequestPath("actors", actor.type, actor.id, "reminders", name)
        let response: JSONNode
        do throws(DaprError) {
            response = try Self.json(try await call("GET", path, in: .actors, options)).root
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
        return RegisteredReminder(
            actor: actor, name: name,
            dueTime: response["dueTime"]?.stringValue.map { ScheduleTime(answered: $0) },
            periodText: response["period"]?.stringValue,
            ttl: response["ttl"]?.stringValue.map { ScheduleTime(answered: $0) },
            data: response["data"].map { ActorData.bytes(ofStored: Array($0.text)) } ?? [])
    }

    func listActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) -> [RegisteredReminder] {
        throw .onlyOverGRPC("reminders can be listed")
    }

    func unregisterActorReminder(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) {
        try actor.check(name: name, of: "reminder")
        _ = try await call(
            "DELETE", RequestPath("actors", actor.type, actor.id, "reminders", name), in: .actors,
            options)
    }

    func unregisterActorReminders(
        type: String, id: String?, options: CallOptions
    ) async throws(DaprError) {
        throw .onlyOverGRPC("all reminders of a type can be removed")
    }

    // MARK: - Timers

    func registerActorTimer(
        _ actor: ActorReference, _ timer: ActorTimer, options: CallOptions
    ) async throws(DaprError) {
        try actor.check(name: timer.name, of: "timer")
        var writer = JSONWriter()
        writer.beginObject()
        try writer.write(timer.schedule, data: timer.data, limits: settings)
        if !timer.callback.isEmpty {
            writer.key("callback")
            writer.string(timer.callback)
        }
        writer.endObject()
        try await postActor(
            RequestPath("actors", actor.type, actor.id, "timers", timer.name), writer, options)
    }

    func unregisterActorTimer(
        _ actor: ActorReference, name: String, options: CallOptions
    ) async throws(DaprError) {
        try actor.check(name: name, of: "timer")
        _ = try await call(
            "DELETE", RequestPath("actors", actor.type, actor.id, "timers", name), in: .actors,
            options)
    }

    private func postActor(
        _ path: RequestPath, _ writer: JSONWriter, _ options: CallOptions
    ) async throws(DaprError) {
        _ = try await call(
            "POST", path, body: writer.bytes, contentType: "application/json", in: .actors,
            options)
    }
}

extension DaprError {
    fileprivate static func onlyOverGRPC(_ what: String) -> DaprError {
        DaprError(.notSupported, "\(what) only over the gRPC API", isUnprocessed: true)
    }
}

extension JSONWriter {
    fileprivate mutating func write(
        _ operation: ActorStateOperation, limits: TransportSettings
    ) throws(DaprError) {
        beginObject()
        key("operation")
        switch operation {
        case .upsert(let name, let value, let ttl):
            try limits.check(body: value.count)
            guard isValidJSON(value) else {
                throw DaprError(
                    .notSupported,
                    "the value of '\(name)' is not JSON: the HTTP API stores only JSON, "
                        + "the gRPC API keeps bytes", isUnprocessed: true)
            }
            string("upsert")
            key("request")
            beginObject()
            key("key")
            string(name)
            key("value")
            raw(value)
            if let seconds = try ActorData.ttlSeconds(ttl) {
                key("metadata")
                beginObject()
                key("ttlInSeconds")
                string(seconds)
                endObject()
            }
        case .delete(let name):
            string("delete")
            key("request")
            beginObject()
            key("key")
            string(name)
        }
        endObject()
        endObject()
    }

    fileprivate mutating func write(
        _ schedule: ActorSchedule, data: [UInt8], limits: TransportSettings
    ) throws(DaprError) {
        try limits.check(body: data.count)
        let texts = try schedule.texts()
        for (name, value) in [
            ("dueTime", texts.dueTime), ("period", texts.period), ("ttl", texts.ttl),
        ] where !value.isEmpty {
            key(name)
            string(value)
        }
        guard !data.isEmpty else { return }
        key("data")
        string(Base64.encode(data))
    }
}
