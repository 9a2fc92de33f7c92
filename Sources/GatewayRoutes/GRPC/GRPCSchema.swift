import ProtobufJSON

/// What is known of a service's messages.
enum GRPCSchema: Sendable {
    /// The descriptors; `files` are kept where more may have to be added, because the app was asked
    /// for them.
    case described(DescriptorPool, files: DescriptorFiles?)
    /// The app does not know the service.
    case noSuchService
    /// The app does not say: it serves no reflection.
    case noReflection
}

/// What apps said about their services, for a while.
///
/// Request tasks prefer their shard's loop, so this actor runs there too; shards share it, since an
/// app is the same for all of them.
actor GRPCSchemas {
    private struct Key: Hashable {
        let app: String
        let service: String
    }

    private struct Entry {
        var schema: GRPCSchema
        var expires: ContinuousClock.Instant
    }

    /// How long an app's descriptors are used before it is asked again: it may have been replaced.
    static let age = Duration.seconds(60)
    /// The same for an app that had none to give.
    static let ageOfNothing = Duration.seconds(5)
    /// How many services are remembered; the one that expires first makes room.
    static let capacity = 128

    private var entries: [Key: Entry] = [:]

    /// What is remembered; nil if the app has to be asked. Of many who come after the time is up, one
    /// is sent to ask, and the others go on with what there is.
    func schema(
        of service: String, app: String, now: ContinuousClock.Instant = .now
    ) -> GRPCSchema? {
        let key = Key(app: app, service: service)
        guard let entry = entries[key] else { return nil }
        guard entry.expires <= now else { return entry.schema }
        guard case .described = entry.schema else { return nil }
        entries[key]?.expires = now + Self.ageOfNothing
        return nil
    }

    /// Remembers what an app said.
    func store(
        _ schema: GRPCSchema, of service: String, app: String, now: ContinuousClock.Instant = .now
    ) {
        let key = Key(app: app, service: service)
        if entries[key] == nil, entries.count >= Self.capacity,
            let oldest = entries.min(by: { $0.value.expires < $1.value.expires })?.key
        {
            entries[oldest] = nil
        }
        let isDescribed = if case .described = schema { true } else { false }
        entries[key] = Entry(
            schema: schema, expires: now + (isDescribed ? Self.age : Self.ageOfNothing))
    }
}
