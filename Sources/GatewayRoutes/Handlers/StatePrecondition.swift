import DaprClient
import HTTPMessage
import HTTPTypes

/// `If-Match` and `If-None-Match` of a write, carried over to what state stores can do.
///
/// Stores differ in what they make of an ETag for an absent key (Redis creates it), so the current
/// version is read first. What another writer does between that read and an unconditional write,
/// as `If-Match: *` needs it, is not noticed.
struct StatePrecondition {
    let ifMatch: EntityTagCondition?
    let ifNoneMatch: EntityTagCondition?

    init(_ fields: FieldBlock) throws(GatewayError) {
        ifMatch = try EntityTagCondition(.ifMatch, in: fields)
        ifNoneMatch = try EntityTagCondition(.ifNoneMatch, in: fields)
        if ifMatch != nil, ifNoneMatch != nil {
            throw GatewayError(
                .invalidHeader, "a write has either 'If-Match' or 'If-None-Match', not both")
        }
    }

    /// Sets what makes the store refuse a write whose precondition does not hold.
    func apply(
        to item: inout StateItem, of target: StateTarget, _ context: RequestContext
    ) async throws(GatewayError) {
        switch ifNoneMatch {
        case .any:
            try await createOnly(&item, of: target, context)
        case .tags:
            let value = try await target.read(context)
            if let value, let ifNoneMatch, ifNoneMatch.matchesWeakly(value.etag) {
                throw failed("the key '\(target.key)' has that version")
            }
            item.etag = value?.etag
        case nil:
            item.etag = try await currentVersion(of: target, context)
        }
    }

    /// The version that has to be there at the write; nil for any, and without `If-Match`.
    func currentVersion(
        of target: StateTarget, _ context: RequestContext
    ) async throws(GatewayError) -> ETag? {
        guard let ifMatch else { return nil }
        guard let value = try await target.read(context) else {
            throw failed("the key '\(target.key)' does not exist")
        }
        guard ifMatch.matchesStrongly(value.etag) else {
            throw failed("the key '\(target.key)' has another version")
        }
        return ifMatch == .any ? nil : value.etag
    }

    private func createOnly(
        _ item: inout StateItem, of target: StateTarget, _ context: RequestContext
    ) async throws(GatewayError) {
        switch try await context.componentType(of: target.store) {
        case "state.redis":
            // Redis writes under an ETag if it is the current one or the key is absent. A first-write
            // option would stick to the key and refuse later unconditional writes.
            item.etag = Self.impossibleVersion
        case "state.in-memory", "state.postgresql":
            item.options.concurrency = .firstWrite
        case nil:
            throw GatewayError(
                .noSuchComponent, "the sidecar has no component '\(target.store)'")
        case let type?:
            throw GatewayError(
                .notSupported, "a store of type '\(type)' is not known to create keys only")
        }
    }

    /// Redis counts versions up from 1 and refuses what is no number.
    private static let impossibleVersion = ETag(rawValue: String(Int64.max))

    private var isConditional: Bool { ifMatch != nil || ifNoneMatch != nil }

    private func failed(_ message: String) -> GatewayError {
        GatewayError(.preconditionFailed, message)
    }

    // MARK: - After a refused write

    /// Finds out what a refusal means: Redis answers a write under an ETag with a conflict also when
    /// it is down, and stores answer what was no conflict of theirs with a failure (PostgreSQL a
    /// first write to an existing key).
    ///
    /// - Parameters:
    ///   - error: the sidecar's answer to the write.
    ///   - etag: the version that the write asked for.
    /// - Returns: the error for the caller.
    func explain(
        _ error: DaprError, writing etag: ETag?, of target: StateTarget, _ context: RequestContext
    ) async -> GatewayError {
        let isRefusal =
            error.kind == .conflict || (isConditional && error.kind == .componentFailed)
        guard isRefusal else { return context.failure(error) }
        let current: StateValue?
        do throws(GatewayError) {
            current = try await target.read(context)
        } catch {
            return GatewayError(
                .sidecarUnavailable, "the store '\(target.store)' does not answer",
                cause: error.cause)
        }
        return verdict(on: error, writing: etag, of: target, current: current)
    }

    private func verdict(
        on error: DaprError, writing etag: ETag?, of target: StateTarget, current: StateValue?
    ) -> GatewayError {
        let stillHolds =
            if ifNoneMatch == .any { current == nil } else { etag != nil && current?.etag == etag }
        if stillHolds {
            guard error.kind == .conflict else { return GatewayError(error) }
            return GatewayError(
                .outcomeUnknown,
                "the store '\(target.store)' refused the write although the precondition holds",
                cause: error)
        }
        return GatewayError(
            isConditional ? .preconditionFailed : .conflict, error.message, cause: error)
    }
}
