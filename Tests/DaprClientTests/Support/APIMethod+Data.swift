import HTTPTypes

@testable import DaprClient

extension APIMethod {
    static let state: [APIMethod] = [
        store("saveState", "state.save", "save") { api, name, data, options in
            try await api.saveState(
                store: name, items: [StateItem(key: "k", value: data)], options: options)
        }.sendingData(),
        store("getState", "state.get", "get(_:)", .bytes) { api, name, _, options in
            _ = try await api.getState(
                store: name, key: "k", consistency: .strong, metadata: [:], options: options)
        },
        store("getBulkState", "state.getBulk", "get(_: [String])", .json) {
            api, name, _, options in
            _ = try await api.getBulkState(
                store: name, keys: ["k", "l"], parallelism: 2, metadata: [:], options: options)
        },
        store("executeStateTransaction", "state.transaction", "transaction") {
            api, name, data, options in
            try await api.executeStateTransaction(
                store: name,
                operations: [
                    .upsert(StateItem(key: "l", value: data)), .delete(StateDeletion("m")),
                ], metadata: [:], options: options)
        }.sendingData(),
        store("deleteState", "state.delete", "delete(_:)") { api, name, _, options in
            try await api.deleteState(
                store: name, key: "k", etag: nil, stateOptions: StateOptions(), metadata: [:],
                options: options)
        },
        store("deleteBulkState", nil, "delete(_: [StateDeletion])") { api, name, _, options in
            try await api.deleteBulkState(
                store: name, items: [StateDeletion("k"), StateDeletion("l")], options: options)
        }.overGRPCOnly(),
        APIMethod(
            name: "queryState", block: "State", javaScript: "state.query",
            handle: "state(_:).query", subject: "queries", unknown: .noSuchComponent,
            content: .json
        ) { api, name, _, options in
            _ = try await api.queryState(
                store: name, query: Array(#"{"filter":{}}"#.utf8), metadata: [:],
                options: options)
        },
    ]

    private static func store(
        _ name: String, _ javaScript: String?, _ handle: String, _ content: Content = .ignored,
        call: @escaping Call
    ) -> APIMethod {
        APIMethod(
            name: name, block: "State", javaScript: javaScript, handle: "state(_:).\(handle)",
            subject: "statestore", unknown: .noSuchComponent, content: content, call: call)
    }

    static let publish: [APIMethod] = [
        APIMethod(
            name: "publishEvent", block: "Publish", javaScript: "pubsub.publish",
            handle: "pubsub(_:).publish", subject: "pubsub", unknown: .noSuchComponent
        ) { api, name, data, options in
            try await api.publishEvent(
                pubsub: name, topic: "t", data: data, contentType: "application/json",
                metadata: [:], options: options)
        }.sendingData(),
        APIMethod(
            name: "bulkPublish", block: "Publish", javaScript: "pubsub.publishBulk",
            handle: "pubsub(_:).publish(_: [...])", subject: "pubsub", unknown: .noSuchComponent
        ) { api, name, data, options in
            let result = try await api.bulkPublish(
                pubsub: name, topic: "t",
                entries: [BulkPublishEntry(data: data, contentType: "application/json")],
                metadata: [:], options: options)
            if let error = result.error { throw error }
        }.sendingData(),
        APIMethod(
            name: "subscribe", block: "Publish", handle: "pubsub(_:).subscribe",
            subject: "pubsub", unknown: .noSuchComponent
        ) { api, name, _, options in
            try await api.subscribe(
                pubsub: name, topic: "t", deadLetterTopic: nil, metadata: [:], options: options
            ).cancel()
        }.overGRPCOnly(),
    ]

    static let invoke: [APIMethod] = [
        APIMethod(
            name: "invoke", block: "Invocation", javaScript: "invoker.invoke", handle: "invoke",
            subject: "echo", unknown: .noSuchComponent, content: .bytes
        ) { api, name, data, options in
            let response = try await api.invoke(
                InvokeRequest(appID: name, verb: .post, method: "m", body: .bytes(data)),
                options: options)
            _ = try await response.body.collect()
        }.sendingData(),
        APIMethod(
            name: "callApp", block: "Proxying", javaScript: "proxy.create",
            handle: "proxy(appID:).call", subject: "greeter", unknown: .noSuchComponent
        ) { api, name, data, options in
            _ = try await api.callApp(
                name, path: "/any.Service/Echo", message: data, metadata: [:], options: options)
        }.overGRPCOnly().sendingData(),
        APIMethod(
            name: "openAppCall", block: "Proxying", javaScript: "proxy.create",
            handle: "proxy(appID:).stream", subject: "greeter", unknown: .noSuchComponent
        ) { api, name, data, options in
            let call = try await api.openAppCall(
                name, path: "/any.Service/Server", message: data, metadata: [:],
                options: options)
            while try await call.next() != nil {}
        }.overGRPCOnly().sendingData(),
        APIMethod(
            name: "invokeBinding", block: "Bindings", javaScript: "binding.send",
            handle: "binding(_:).invoke", subject: "echo-binding", unknown: .noSuchComponent,
            content: .bytes
        ) { api, name, data, options in
            _ = try await api.invokeBinding(
                name: name, operation: "create", data: data, metadata: [:], options: options)
        }.sendingData(),
    ]

    static let secrets: [APIMethod] = [
        APIMethod(
            name: "getSecret", block: "Secrets", javaScript: "secret.get",
            handle: "secrets(_:).get", subject: "secretstore", unknown: .noSuchComponent,
            content: .json
        ) { api, name, _, options in
            _ = try await api.getSecret(
                store: name, name: "db-password", metadata: [:], options: options)
        },
        APIMethod(
            name: "getBulkSecret", block: "Secrets", javaScript: "secret.getBulk",
            handle: "secrets(_:).getAll", subject: "secretstore", unknown: .noSuchComponent,
            content: .json
        ) { api, name, _, options in
            _ = try await api.getBulkSecret(store: name, metadata: [:], options: options)
        },
    ]

    func sendingData() -> APIMethod {
        var method = self
        method.sendsData = true
        return method
    }

    func overGRPCOnly() -> APIMethod {
        var method = self
        method.offers = [.grpc]
        return method
    }
}
