import HTTP2
import JSON

// Publish and secrets.
extension HTTPTransport: DaprAPI {
    func publishEvent(
        pubsub: String, topic: String, data: [UInt8], contentType: String?,
        metadata: [String: String], options: CallOptions
    ) async throws(DaprError) {
        // What is one byte too long the sidecar would cut off without a word.
        try settings.check(body: data.count)
        var path = RequestPath("publish", pubsub, topic)
        path.append(metadata: metadata)
        _ = try await call(
            "POST", path, body: data, contentType: contentType, in: .publish, options)
    }

    func getSecret(
        store: String, name: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: String] {
        guard name != "bulk" else {
            throw DaprError(
                .notSupported, "a secret called 'bulk' cannot be read over the HTTP API")
        }
        var path = RequestPath("secrets", store, name)
        path.append(metadata: metadata)
        let response = try await call("GET", path, in: .secrets, options)
        return response.head.status == 204 ? [:] : try Self.json(response).root.texts
    }

    func getBulkSecret(
        store: String, metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: [String: String]] {
        var path = RequestPath("secrets", store, "bulk")
        path.append(metadata: metadata)
        let response = try await call("GET", path, in: .secrets, options)
        guard response.head.status != 204 else { return [:] }
        var secrets: [String: [String: String]] = [:]
        for member in try Self.json(response).root.members {
            secrets[member.key] = member.value.texts
        }
        return secrets
    }

    static func json(_ response: ExchangeResponse) throws(DaprError) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(parsing: response.body, options: .lenient)
        } catch {
            throw DaprError(.malformedResponse, "the sidecar's answer is not JSON: \(error)")
        }
    }
}
