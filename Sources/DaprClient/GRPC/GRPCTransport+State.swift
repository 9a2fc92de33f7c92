import DaprProtos

extension GRPCTransport {
    // Inlined, because each level of asynchronous calls has a frame to allocate.
    @inline(__always)
    func getState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> StateValue? {
        try check(store, "state store")
        try StateKey.check(key)
        let request = GetStateCoding.encode(
            store: store, key: key, consistency: consistency, metadata: metadata)
        let response = try await exchange(RPCs.getState, request, .state, options)
        return try Self.value(response.body)
    }

    private static func value(_ message: [UInt8]) throws(DaprError) -> StateValue? {
        do throws(ProtobufReader.Malformed) {
            return try GetStateCoding.decode(message)
        } catch {
            throw DaprError(.malformedResponse, "the sidecar's message cannot be read")
        }
    }

    func saveState(
        store: String, items: [StateItem], options: CallOptions
    ) async throws(DaprError) {
        try check(store, "state store")
        for item in items { try settings.check(.upsert(item)) }
        var request = Dapr_Proto_Runtime_V1_SaveStateRequest()
        request.storeName = store
        request.states = items.map(Dapr_Proto_Common_V1_StateItem.init)
        _ = try await call(RPCs.saveState, request, in: .state, options)
    }

    func deleteState(
        store: String, key: String, etag: ETag?, stateOptions: StateOptions,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
        try check(store, "state store")
        try StateKey.check(key)
        var request = Dapr_Proto_Runtime_V1_DeleteStateRequest()
        request.storeName = store
        request.key = key
        if let etag { request.etag = .init(etag) }
        if let options = Dapr_Proto_Common_V1_StateOptions(stateOptions) {
            request.options = options
        }
        request.metadata = metadata
        _ = try await call(RPCs.deleteState, request, in: .state, options)
    }

    func getBulkState(
        store: String, keys: [String], parallelism: Int, metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> [BulkStateItem] {
        try check(store, "state store")
        for key in keys { try StateKey.check(key) }
        var request = Dapr_Proto_Runtime_V1_GetBulkStateRequest()
        request.storeName = store
        request.keys = keys
        request.parallelism = Int32(clamping: parallelism)
        request.metadata = metadata
        let response = try await call(RPCs.getBulkState, request, in: .state, options)
        return try StateKey.ordered(response.items.map(BulkStateItem.init), by: keys)
    }

    func executeStateTransaction(
        store: String, operations: [StateOperation], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) {
        try check(store, "state store")
        var request = Dapr_Proto_Runtime_V1_ExecuteStateTransactionRequest()
        request.storeName = store
        request.metadata = metadata
        for operation in operations {
            try settings.check(operation)
            request.operations.append(.init(operation))
        }
        _ = try await call(RPCs.executeStateTransaction, request, in: .state, options)
    }
}

extension GRPCTransport: TasklessAPI {
    func beginGetState(
        store: String, key: String, consistency: StateConsistency?, metadata: [String: String],
        options: CallOptions,
        completion: @escaping (consuming Result<StateValue?, DaprError>) -> Void
    ) -> PendingCall? {
        do throws(DaprError) {
            try StateKey.check(key)
            let request = GetStateCoding.encode(
                store: store, key: key, consistency: consistency, metadata: metadata)
            return try begin(
                RPCs.getState, request, .state, options, decode: Self.value,
                completion: completion)
        } catch {
            completion(.failure(error))
            return nil
        }
    }
}

extension StateOperation {
    /// The key that the operation is about.
    var key: String {
        switch self {
        case .upsert(let item): item.key
        case .delete(let item): item.key
        }
    }
}

// MARK: - Values to messages and back

extension Dapr_Proto_Common_V1_Etag {
    init(_ etag: ETag) {
        self.init()
        value = etag.rawValue
    }
}

extension Dapr_Proto_Common_V1_StateOptions {
    /// nil when nothing is asked for.
    init?(_ options: StateOptions) {
        guard options != StateOptions() else { return nil }
        self.init()
        switch options.concurrency {
        case nil: concurrency = .concurrencyUnspecified
        case .firstWrite: concurrency = .concurrencyFirstWrite
        case .lastWrite: concurrency = .concurrencyLastWrite
        }
        switch options.consistency {
        case nil: consistency = .consistencyUnspecified
        case .eventual: consistency = .consistencyEventual
        case .strong: consistency = .consistencyStrong
        }
    }
}

extension Dapr_Proto_Common_V1_StateItem {
    init(_ item: StateItem) {
        self.init()
        key = item.key
        value = item.value.data
        if let etag = item.etag { self.etag = .init(etag) }
        if let options = Dapr_Proto_Common_V1_StateOptions(item.options) { self.options = options }
        metadata = item.metadata
    }
}

extension Dapr_Proto_Common_V1_StateItem {
    init(_ item: StateDeletion) {
        self.init()
        key = item.key
        if let etag = item.etag { self.etag = .init(etag) }
        if let options = Dapr_Proto_Common_V1_StateOptions(item.options) { self.options = options }
        metadata = item.metadata
    }
}

extension Dapr_Proto_Runtime_V1_TransactionalStateOperation {
    init(_ operation: StateOperation) {
        self.init()
        switch operation {
        case .upsert(let item):
            operationType = "upsert"
            request = .init(item)
        case .delete(let item):
            operationType = "delete"
            request = .init(item)
        }
    }
}

extension BulkStateItem {
    init(_ item: Dapr_Proto_Runtime_V1_BulkStateItem) {
        self.init(key: item.key)
        if !item.error.isEmpty {
            error = item.error
        } else if !item.data.isEmpty || !item.etag.isEmpty {
            value = StateValue(
                data: item.data.array, etag: item.etag.isEmpty ? nil : ETag(rawValue: item.etag),
                metadata: item.metadata)
        }
    }
}
