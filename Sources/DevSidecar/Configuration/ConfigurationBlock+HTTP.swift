import JSON

extension ConfigurationBlock {
    var httpRoutes: [HTTPRoute] {
        ["/v1.0", "/v1.0-alpha1"].flatMap { version in
            let store = version + "/configuration/{store}"
            return [
                route("GET", store, ConfigurationBlock.get),
                route("GET", store + "/subscribe", ConfigurationBlock.subscribe),
                route("GET", store + "/{id}/unsubscribe", ConfigurationBlock.unsubscribe),
            ]
        } + setUpRoutes
    }

    private func route(
        _ method: String, _ pattern: String, readsBody: Bool = false,
        _ answer:
            @escaping (ConfigurationBlock) -> (SidecarRequest) throws(SidecarError)
            -> SidecarResponse
    ) -> HTTPRoute {
        HTTPRoute(
            [method], pattern, readsBody: readsBody,
            .immediate { [self] request in
                do throws(SidecarError) {
                    return try answer(self)(request)
                } catch {
                    return error.response
                }
            })
    }

    private static func keys(_ request: SidecarRequest) -> [String] {
        request.query.filter { $0.name == "key" }.map(\.value)
    }

    private static func answer(_ value: JSONValue, status: Int = 200) -> SidecarResponse {
        .json(value.serialized(options: .go) + [UInt8(ascii: "\n")], status: status)
    }

    private func get(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        let items = try items(Self.keys(request), in: request.parameters[0])
        return items.isEmpty ? .noContent : Self.answer(Self.json(items))
    }

    // MARK: - Pushing to the app

    private func subscribe(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        let name = request.parameters[0]
        _ = try store(name)
        guard let app else {
            throw .configuration(
                500, GRPCStatus.internalError, "ERR_APP_CHANNEL_NIL",
                "app channel is not initialized. cannot subscribe to configuration updates")
        }
        let id = RandomUUID.make()
        watchers.add(
            ConfigurationSubscriptions.Subscription(store: name, keys: Self.keys(request)) {
                key, item in Self.push(key, item, of: name, id: id, to: app)
            }, id: id)
        return Self.answer(["id": .string(id)])
    }

    private static func push(
        _ key: String, _ item: Item?, of store: String, id: String, to app: LocalApp
    ) {
        guard case .http(let app) = app else { return }
        let value: JSONValue = [
            "id": .string(id), "items": [key: item?.json ?? .object(JSONObject())],
        ]
        let fields = [
            AppField(name: "Host", value: "127.0.0.1:\(app.port)"),
            AppField(name: "User-Agent", value: "Go-http-client/1.1"),
            AppField(name: "Content-Type", value: "application/json"),
            AppField(name: "Accept-Encoding", value: "gzip"),
        ]
        // What the app says to it, or that it does not answer, changes nothing.
        _ = app.ask(
            AppRequest(
                method: "POST", target: "/configuration/\(store)/\(key)", fields: fields,
                body: value.serialized(options: .go) + [UInt8(ascii: "\n")]))
    }

    private func unsubscribe(_ request: SidecarRequest) -> SidecarResponse {
        let id = request.parameters[1]
        guard watchers.remove(id) else {
            let text = "subscription with id \(id) does not exist"
            return Self.answer(
                ["message": .string(Self.unsubscribeFailure(id, text))], status: 500)
        }
        return Self.answer(["ok": true])
    }

    /// What is said when there is nothing to unsubscribe from.
    static func unsubscribeFailure(_ id: String, _ reason: String) -> String {
        "failed to unsubscribe to configuration request \(id): \(reason)"
    }

    // MARK: - Setting up

    /// How people and tests change values: `PUT /dev/configuration/STORE/KEY` with the text
    /// `value||version` (`?milliseconds=` lets it expire), `DELETE` of the same path, and
    /// `PUT /dev/configuration/STORE?notify=false` for a store that changes without telling.
    private var setUpRoutes: [HTTPRoute] {
        let key = "/dev/configuration/{store}/{key}"
        return [
            route("PUT", key, readsBody: true, ConfigurationBlock.setValue),
            route("DELETE", key, ConfigurationBlock.removeValue),
            route("PUT", "/dev/configuration/{store}", ConfigurationBlock.setNotifying),
        ]
    }

    private func setValue(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        let store = try store(request.parameters[0])
        if let reason = request.bodyError { throw .unreadableBody(reason) }
        guard let text = String(validating: request.body, as: UTF8.self) else {
            throw .malformed("the value is not UTF-8")
        }
        var lifetime: Duration?
        if let value = request.queryValue("milliseconds") {
            guard let count = Int32(value), count > 0 else {
                throw .malformed("milliseconds must be a positive number")
            }
            lifetime = .milliseconds(Int64(count))
        }
        do throws(InMemoryConfigurationStore.Full) {
            try store.set(request.parameters[1], text, lifetime: lifetime)
        } catch {
            throw .malformed("the store is full")
        }
        return .noContent
    }

    private func removeValue(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        try store(request.parameters[0]).remove(request.parameters[1])
        return .noContent
    }

    private func setNotifying(_ request: SidecarRequest) throws(SidecarError) -> SidecarResponse {
        try store(request.parameters[0]).isNotifying = request.queryValue("notify") != "false"
        return .noContent
    }
}
