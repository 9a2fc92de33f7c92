@testable import DaprClient

extension APIMethod {
    static let configuration: [APIMethod] = [
        APIMethod(
            name: "getConfiguration", block: "Configuration", javaScript: "configuration.get",
            handle: "configuration(_:).get", subject: "configstore", unknown: .noSuchComponent,
            content: .json
        ) { api, name, _, options in
            _ = try await api.getConfiguration(
                store: name, keys: ["greeting"], metadata: [:], options: options)
        },
        APIMethod(
            name: "subscribeConfiguration", block: "Configuration",
            javaScript: "configuration.subscribe", handle: "configuration(_:).changes",
            subject: "configstore", unknown: .noSuchComponent
        ) { api, name, _, options in
            let stream = try await api.subscribeConfiguration(
                store: name, keys: ["greeting"], metadata: [:], options: options)
            _ = try await stream.next()
        }.overGRPCOnly(),
        APIMethod(
            name: "unsubscribeConfiguration", block: "Configuration",
            javaScript: "configuration stream.stop", handle: "configuration(_:).changes (its end)",
            subject: "configstore", unknown: .notFound, answer: .notFound
        ) { api, name, _, options in
            try await api.unsubscribeConfiguration(store: name, id: "none", options: options)
        },
    ]

    static let locks: [APIMethod] = [
        APIMethod(
            name: "tryLock", block: "Lock", javaScript: "lock.lock",
            handle: "lock(_:).tryLock", subject: "lockstore", unknown: .noSuchComponent,
            content: .json
        ) { api, name, _, options in
            _ = try await api.tryLock(
                store: name, resource: "r", owner: "o", expiry: .seconds(5), options: options)
        },
        APIMethod(
            name: "unlock", block: "Lock", javaScript: "lock.unlock", handle: "lock(_:).unlock",
            subject: "lockstore", unknown: .noSuchComponent, content: .json
        ) { api, name, _, options in
            _ = try await api.unlock(store: name, resource: "r", owner: "o", options: options)
        },
    ]

    private static let encryption = EncryptionOptions(
        keyName: "dev-key", keyWrapAlgorithm: .aes256KW)

    static let cryptography: [APIMethod] = [
        APIMethod(
            name: "encrypt", block: "Cryptography", javaScript: "crypto.encrypt",
            handle: "cryptography(_:).encrypt", subject: "crypto", unknown: .noSuchComponent,
            content: .bytes
        ) { api, name, data, options in
            _ = try await api.encrypt(
                .bytes(data), component: name, encryption: encryption, options: options
            ).collect()
        }.sendingData(),
        APIMethod(
            name: "decrypt", block: "Cryptography", javaScript: "crypto.decrypt",
            handle: "cryptography(_:).decrypt", subject: "crypto", unknown: .noSuchComponent,
            content: .bytes, sendsData: true,
            prepare: { api in
                try await api.encrypt(
                    .bytes([1, 2, 3]), component: "crypto", encryption: encryption,
                    options: CallOptions()
                ).collect()
            }
        ) { api, name, data, options in
            _ = try await api.decrypt(
                .bytes(data), component: name, keyName: nil, options: options
            ).collect()
        },
    ]

    static let sidecar: [APIMethod] = [
        APIMethod(
            name: "converse", block: "Conversation", handle: "conversation(_:).converse",
            subject: "echo", unknown: .noSuchComponent, content: .json
        ) { api, name, _, options in
            _ = try await api.converse(
                with: name, ConversationRequest([.init([.user("hello")])]), options: options)
        },
        APIMethod(
            name: "getMetadata", block: "Sidecar", javaScript: "metadata.get",
            handle: "metadata", subject: "", content: .json
        ) { api, _, _, options in _ = try await api.getMetadata(options: options) },
        APIMethod(
            name: "setMetadata", block: "Sidecar", javaScript: "metadata.set",
            handle: "setMetadata", subject: ""
        ) { api, _, _, options in
            try await api.setMetadata(key: "k", value: "v", options: options)
        },
        APIMethod(
            name: "checkHealth", block: "Sidecar", javaScript: "health.isHealthy",
            handle: "isHealthy, waitUntilReady", subject: ""
        ) { api, _, _, options in
            try await api.checkHealth(outbound: true, options: options)
        },
        APIMethod(
            name: "shutdownSidecar", block: "Sidecar", javaScript: "sidecar.shutdown",
            handle: "api.shutdownSidecar", subject: ""
        ) { api, _, _, options in
            try await api.shutdownSidecar(isForced: false, options: options)
        },
    ]
}
