import DaprProtos

extension RPCs {
    static let tryLock = RPC<
        Dapr_Proto_Runtime_V1_TryLockRequest, Dapr_Proto_Runtime_V1_TryLockResponse
    >("TryLockAlpha1")
    static let unlock = RPC<
        Dapr_Proto_Runtime_V1_UnlockRequest, Dapr_Proto_Runtime_V1_UnlockResponse
    >("UnlockAlpha1")
}

extension GRPCTransport {
    func tryLock(
        store: String, resource: String, owner: String, expiry: Duration, options: CallOptions
    ) async throws(DaprError) -> Bool {
        try check(store, "lock store")
        var request = Dapr_Proto_Runtime_V1_TryLockRequest()
        request.storeName = store
        request.resourceID = resource
        request.lockOwner = owner
        request.expiryInSeconds = try LockExpiry.seconds(expiry)
        return try await call(RPCs.tryLock, request, in: .lock, options).success
    }

    func unlock(
        store: String, resource: String, owner: String, options: CallOptions
    ) async throws(DaprError) -> UnlockResult {
        try check(store, "lock store")
        var request = Dapr_Proto_Runtime_V1_UnlockRequest()
        request.storeName = store
        request.resourceID = resource
        request.lockOwner = owner
        let response = try await call(RPCs.unlock, request, in: .lock, options)
        return try UnlockResult(number: response.status.rawValue)
    }
}
