import JSON

/// The state API.
final class StateBlock: BuildingBlock {
    /// A store by its component.
    struct Store {
        var component: Component
        var content: InMemoryStateStore
    }

    let context: SidecarContext
    private var stores: [String: Store] = [:]
    /// Whether there is any store, of whatever type.
    private let isConfigured: Bool

    init(_ context: SidecarContext) {
        self.context = context
        let components = context.components(of: "state")
        isConfigured = !components.isEmpty
        for component in components {
            guard let dialect = StateDialect(rawValue: component.type) else { continue }
            stores[component.name] = Store(
                component: component,
                content: InMemoryStateStore(clock: context.clock, dialect: dialect))
        }
    }

    var inspection: InspectionPage? {
        InspectionPage("state") { [self] in
            .object(
                JSONObject(
                    stores.sorted { $0.key < $1.key }.map { name, store in
                        JSONObject.Member(key: name, value: Self.page(store.content))
                    }))
        }
    }

    private static func page(_ store: InMemoryStateStore) -> JSONValue {
        .array(
            store.all.map { key, entry in
                [
                    "key": .string(key), "etag": .string(entry.etag),
                    "value": .string(String(decoding: entry.data, as: UTF8.self)),
                ]
            })
    }

    // MARK: - What both APIs need

    /// Finds a store.
    ///
    /// - Parameter namesApp: whether HTTP errors name the app, as all but the query's do.
    func store(_ name: String, namesApp: Bool = true) throws(SidecarError) -> Store {
        if let store = stores[name] { return store }
        let metadata = namesApp ? ["appID": context.appID] : nil
        guard isConfigured else {
            let reason = "DAPR_STATE_NOT_CONFIGURED"
            throw SidecarError(
                httpStatus: 500, grpcCode: GRPCStatus.failedPrecondition,
                code: "ERR_STATE_STORE_NOT_CONFIGURED",
                message: "state store \(name) is not configured",
                httpDetails: [.errorInfo(reason: reason, metadata: metadata)],
                grpcDetails: [.errorInfo(reason)])
        }
        let reason = "DAPR_STATE_NOT_FOUND"
        throw SidecarError(
            httpStatus: 400, grpcCode: GRPCStatus.invalidArgument,
            code: "ERR_STATE_STORE_NOT_FOUND", message: "state store \(name) is not found",
            httpDetails: [.errorInfo(reason: reason, metadata: metadata)],
            grpcDetails: [.errorInfo(reason)])
    }

    /// The key under which a store keeps what the client calls `key`.
    func storedKey(_ key: String, in store: Store) throws(SidecarError) -> String {
        guard !key.contains("||") else { throw Self.illegalKey(key, store) }
        return context.prefixed(key, for: store.component)
    }

    private static func illegalKey(_ key: String, _ store: Store) -> SidecarError {
        let text = "input key/keyPrefix '\(key)' can't contain '||'"
        let httpText = "api error: code = InvalidArgument desc = " + text
        let others: [ErrorDetail] = [
            .resourceInfo(type: "state", name: store.component.name),
            .errorInfo("DAPR_STATE_ILLEGAL_KEY"),
        ]
        return SidecarError(
            httpStatus: 400, grpcCode: GRPCStatus.invalidArgument, code: "ERR_MALFORMED_REQUEST",
            message: httpText, grpcMessage: text,
            httpDetails: [.badRequest(field: key, description: httpText)] + others,
            grpcDetails: [.badRequest(field: key, description: text)] + others)
    }

    /// An entry's expiry as metadata.
    static func expiryText(_ entry: InMemoryStateStore.Entry) -> String? {
        entry.expiry.map { CalendarTime(secondsSince1970: $0).rfc3339 }
    }

    /// Does writes that are independent of one another, as a save or a bulk delete asks.
    ///
    /// - Parameter purpose: how the error begins, and its code.
    func perform(
        _ writes: [StateWrite], in store: Store, purpose: (text: String, code: String)
    ) throws(SidecarError) {
        var faults: [StateFault] = []
        // Each write has a goroutine, of which Go runs the last one first; PostgreSQL shows that in
        // the order of its rows.
        let lastFirst = store.content.dialect == .postgreSQL
        for write in lastFirst ? writes.suffix(1) + writes.dropLast() : writes {
            do throws(StateFault) { try store.content.perform(write) } catch {
                faults.append(error)
            }
        }
        guard let first = faults.first, let last = faults.popLast() else { return }
        // Several writes go through the generic bulk path, which joins its faults into one; each
        // write has a goroutine, of which Go runs the last one first.
        faults.insert(last, at: 0)
        let joined = faults.map(\.text).joined(separator: "\n")
        let isMismatch = faults.contains(where: \.isMismatch)
        let fault: StateFault =
            writes.count == 1 ? first : isMismatch ? .etagMismatch(joined) : .other(joined)
        throw Self.failure(fault, purpose: purpose)
    }

    static func failure(
        _ fault: StateFault, purpose: (text: String, code: String)
    ) -> SidecarError {
        let (httpStatus, grpcCode) =
            switch fault {
            case .etagMismatch: (409, GRPCStatus.aborted)
            case .invalidETag: (400, GRPCStatus.invalidArgument)
            case .other: (500, GRPCStatus.internalError)
            }
        return SidecarError(
            httpStatus: httpStatus, grpcCode: grpcCode, code: purpose.code,
            message: purpose.text + ": " + fault.text,
            grpcDetails: [.errorInfo(purpose.code)])
    }

    static func savePurpose(_ store: Store) -> (text: String, code: String) {
        ("failed saving state in state store \(store.component.name)", "ERR_STATE_SAVE")
    }

    static func deletePurpose(_ key: String) -> (text: String, code: String) {
        ("failed deleting state with key \(key)", "ERR_STATE_DELETE")
    }

    /// Does all writes of a transaction, or none.
    func transact(_ writes: [StateWrite], in store: Store) throws(SidecarError) {
        do throws(StateFault) {
            try store.content.transact(writes)
        } catch {
            throw SidecarError(
                httpStatus: 500, grpcCode: GRPCStatus.internalError, code: "ERR_STATE_TRANSACTION",
                message: "error while executing state transaction: " + error.text,
                grpcDetails: [.errorInfo("ERR_STATE_TRANSACTION")])
        }
    }

    static func unsupportedOperation(_ name: String) -> SidecarError {
        let code = "ERR_NOT_SUPPORTED_STATE_OPERATION"
        return SidecarError(
            httpStatus: 400, grpcCode: GRPCStatus.unimplemented, code: code,
            message: "operation type \(name) not supported", grpcDetails: [.errorInfo(code)])
    }

    /// Finds entries, with the keys that the client gave them.
    func query(
        _ storeName: String, _ query: [UInt8]
    ) throws(SidecarError) -> StateQueryResult {
        let store = try store(storeName, namesApp: false)
        guard store.content.dialect == .postgreSQL else {
            throw Self.queryError(
                "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying",
                "DAPR_STATE_QUERYING_NOT_SUPPORTED", store)
        }
        let reason: String
        do throws(GoJSONFault) {
            let query = try StateQuery(query)
            do throws(StateFault) {
                var result = try query.result(among: store.content.inOrder)
                for index in result.items.indices {
                    result.items[index].key = Self.clientKey(result.items[index].key)
                }
                return result
            } catch {
                reason = error.text
            }
        } catch {
            reason = "failed to parse JSON query body: " + error.text
        }
        throw Self.queryError(
            "ERR_STATE_QUERY", "state store \(storeName) query failed: \(reason)",
            "DAPR_STATE_QUERY_FAILED", store)
    }

    /// A stored key without its prefix.
    private static func clientKey(_ key: String) -> String {
        let parts = key.split(separator: "|", omittingEmptySubsequences: false)
        return parts.count >= 3 && parts[1].isEmpty
            ? parts.dropFirst(2).joined(separator: "|") : key
    }

    private static func queryError(
        _ code: String, _ message: String, _ reason: String, _ store: Store
    ) -> SidecarError {
        let details: [ErrorDetail] = [
            .resourceInfo(type: "state", name: store.component.name), .errorInfo(reason),
        ]
        return SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError, code: code, message: message,
            httpDetails: details, grpcDetails: details)
    }
}
