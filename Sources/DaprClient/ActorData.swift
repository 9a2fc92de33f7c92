import JSON

// What both transports make of the values of actors.

/// When a reminder or timer fires.
struct ActorSchedule {
    var dueTime: ScheduleTime?
    var period: ActorPeriod?
    var ttl: ScheduleTime?

    /// As both APIs take them; empty for those that are not given.
    func texts() throws(DaprError) -> (dueTime: String, period: String, ttl: String) {
        (
            try dueTime?.text(of: "due time") ?? "", try period?.text() ?? "",
            try ttl?.text(of: "time to live") ?? ""
        )
    }
}

extension ActorReminder {
    var schedule: ActorSchedule { ActorSchedule(dueTime: dueTime, period: period, ttl: ttl) }
}

extension ActorTimer {
    var schedule: ActorSchedule { ActorSchedule(dueTime: dueTime, period: period, ttl: ttl) }
}

enum ActorData {
    /// The bytes of a reminder from what the sidecar stores: JSON, which is their base64 text unless
    /// a client of the HTTP API registered something else.
    static func bytes(ofStored json: [UInt8]) -> [UInt8] {
        guard json.first == UInt8(ascii: "\""),
            let text = try? JSONValue.parse(json).stringValue,
            let bytes = Base64.decode(text)
        else { return json.elementsEqual("null".utf8) ? [] : json }
        return bytes
    }

    /// `ttlInSeconds` of a value, rounded up.
    static func ttlSeconds(_ ttl: Duration?) throws(DaprError) -> String? {
        guard let ttl else { return nil }
        guard ttl > .zero else {
            throw DaprError(
                .invalidArgument, "the time to live must be more than zero", isUnprocessed: true)
        }
        let (seconds, attoseconds) = ttl.components
        return String(attoseconds > 0 ? seconds + 1 : seconds)
    }
}

extension ActorReference {
    /// Throws when a name is empty: over HTTP it would vanish from the path.
    func check(name: String? = nil, of what: String = "") throws(DaprError) {
        for (name, what) in [(type, "actor type"), (id, "actor id"), (name ?? "-", what)]
        where name.isEmpty {
            throw DaprError(.invalidArgument, "the \(what) is empty", isUnprocessed: true)
        }
    }
}
