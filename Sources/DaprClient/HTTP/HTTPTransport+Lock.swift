import JSON

extension HTTPTransport {
    func tryLock(
        store: String, resource: String, owner: String, expiry: Duration, options: CallOptions
    ) async throws(DaprError) -> Bool {
        let seconds = try LockExpiry.seconds(expiry)
        let answer = try await callLock("lock", store, resource, owner, options) { writer in
            writer.key("expiryInSeconds")
            writer.int(seconds)
        }
        guard let isLocked = answer.root["success"]?.boolValue else {
            throw DaprError(.malformedResponse, "the sidecar's answer has no 'success'")
        }
        return isLocked
    }

    func unlock(
        store: String, resource: String, owner: String, options: CallOptions
    ) async throws(DaprError) -> UnlockResult {
        let answer = try await callLock("unlock", store, resource, owner, options)
        guard let number = answer.root["status"]?.intValue else {
            throw DaprError(.malformedResponse, "the sidecar's answer has no 'status'")
        }
        return try UnlockResult(number: number)
    }

    private func callLock(
        _ name: String, _ store: String, _ resource: String, _ owner: String,
        _ options: CallOptions, more: (inout JSONWriter) -> Void = { _ in }
    ) async throws(DaprError) -> JSONDocument {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("resourceId")
        writer.string(resource)
        writer.key("lockOwner")
        writer.string(owner)
        more(&writer)
        writer.endObject()
        let response = try await call(
            "POST", RequestPath(version: "v1.0-alpha1", name, store), body: writer.bytes,
            contentType: "application/json", in: .lock, options)
        return try Self.json(response)
    }
}
