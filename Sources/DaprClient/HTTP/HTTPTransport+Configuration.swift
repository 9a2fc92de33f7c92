import HTTP2
import JSON

extension HTTPTransport {
    func getConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> [String: ConfigurationItem] {
        var path = RequestPath("configuration", store)
        for key in keys { path.append(query: "key", key) }
        path.append(metadata: metadata)
        let response = try await call("GET", path, in: .configuration, options)
        guard response.head.status != 204 else { return [:] }
        let root = try Self.json(response).root
        guard root.kind == .object else {
            throw DaprError(.malformedResponse, "the sidecar's answer is no JSON object")
        }
        var items: [String: ConfigurationItem] = [:]
        for member in root.members {
            // Members that are empty are left out.
            items[member.key] = ConfigurationItem(
                member.value["value"]?.stringValue ?? "",
                version: member.value["version"]?.stringValue ?? "",
                metadata: member.value["metadata"]?.texts ?? [:])
        }
        return items
    }

    func subscribeConfiguration(
        store: String, keys: [String], metadata: [String: String], options: CallOptions
    ) async throws(DaprError) -> ConfigurationStream {
        throw DaprError(
            .notSupported,
            "the HTTP API pushes configuration changes to an app; the gRPC API streams them",
            isUnprocessed: true)
    }

    func unsubscribeConfiguration(
        store: String, id: String, options: CallOptions
    ) async throws(DaprError) {
        _ = try await call(
            "GET", RequestPath("configuration", store, id, "unsubscribe"), in: .configuration,
            options)
    }
}
