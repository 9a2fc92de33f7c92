import DaprClient
import Testing

extension Examples {
    @Suite("Examples: bindings, secrets, configuration, locks, cryptography, conversation")
    struct StoreExamples {
        @Test("bindings")
        func bindings() async throws {
            try await withDevelopmentSidecar(.grpc) { client in
                let files = client.binding("files")
                try await files.invoke("create", "hello", metadata: ["fileName": "greeting.txt"])
                let result = try await files.invoke("get", metadata: ["fileName": "greeting.txt"])
                let greeting = try result.decode(as: String.self)
                try await files.invoke("delete", metadata: ["fileName": "greeting.txt"])
                #expect(greeting == "hello")
            }
        }

        @Test("secrets", arguments: DaprProtocol.allCases)
        func secrets(protocol: DaprProtocol) async throws {
            try await withDevelopmentSidecar(`protocol`) { client in
                let secrets = client.secrets("secretstore")
                let password = try await secrets.get("db-password")["db-password"]
                let all = try await secrets.getAll()
                #expect(password?.isEmpty == false)
                #expect(all["db-password"]?["db-password"] == password)
            }
        }

        @Test("configuration", arguments: DaprProtocol.allCases)
        func configuration(protocol: DaprProtocol) async throws {
            try await withDevelopmentSidecar(`protocol`) { client in
                let settings = client.configuration("configstore")
                let greeting = try await settings.get("greeting")?.value
                let limit = try await settings.get("limit")?.decode(as: Int.self) ?? 100
                let everything = try await settings.getAll()
                #expect(greeting == "hello" && limit == 100)
                #expect(everything.keys.sorted() == ["greeting"])

                let (told, telling) = AsyncStream.makeStream(of: String?.self)
                @Sendable func apply(_ key: String, _ value: String?) { telling.yield(value) }
                let follower = Task {
                    for try await change in settings.changes(of: ["greeting"]) {
                        for (key, item) in change.updated { apply(key, item.value) }
                        for key in change.removed { apply(key, nil) }
                    }
                }
                let first = await told.first { _ in true }
                #expect(first == "hello")
                follower.cancel()
                try await follower.value
            }
        }

        @Test("a value of a configuration store is read as a type")
        func decodedItem() throws {
            #expect(try ConfigurationItem("12").decode(as: Int.self) == 12)
            #expect(try ConfigurationItem("12").decode() == "12")
            #expect(
                try ConfigurationItem("{\"id\":3,\"isPaid\":true}").decode(as: Order.self).id == 3)
            let error = #expect(throws: DaprError.self) {
                try ConfigurationItem("twelve").decode(as: Int.self)
            }
            #expect(error?.kind == .malformedResponse)
        }

        @Test("locks", arguments: DaprProtocol.allCases)
        func locks(protocol: DaprProtocol) async throws {
            try await withDevelopmentSidecar(`protocol`) { client in
                func writeReport() {}
                let locks = client.lock("lockstore")
                if try await locks.tryLock("report", owner: "worker-1", expiry: .seconds(30)) {
                    writeReport()
                    let result = try await locks.unlock("report", owner: "worker-1")
                    if result != .success { print("it took too long: \(result)") }
                }
                let gone = try await locks.unlock("report", owner: "worker-1")
                #expect(gone == .doesNotExist)
            }
        }

        @Test("cryptography", arguments: DaprProtocol.allCases)
        func cryptography(protocol: DaprProtocol) async throws {
            try await withDevelopmentSidecar(`protocol`) { client in
                let vault = client.cryptography("crypto")
                let encryption = EncryptionOptions(keyName: "dev-key", keyWrapAlgorithm: .aes256KW)
                let document = try await vault.encrypt(Array("top secret".utf8), with: encryption)
                let bytes = try await vault.decrypt(document)
                #expect(bytes == Array("top secret".utf8))

                let (chunks, source) = AsyncStream.makeStream(of: [UInt8].self)
                for byte in 0..<3 as Range<UInt8> { source.yield([byte]) }
                source.finish()
                var written: [UInt8] = []
                let encrypted = try await vault.encrypt(chunks, with: encryption)
                for try await piece in try await vault.decrypt(encrypted) {
                    written += piece
                }
                #expect(written == [0, 1, 2])
            }
        }

        @Test("conversation", arguments: DaprProtocol.allCases)
        func conversation(protocol: DaprProtocol) async throws {
            try await withDevelopmentSidecar(`protocol`) { client in
                let model = client.conversation("echo")
                let answer = try await model.converse("What is a sidecar?")
                #expect(answer == "What is a sidecar?")
                let schema = #"{"type": "object", "properties": {"city": {"type": "string"}}}"#
                var request = ConversationRequest(
                    [.init([.system("Answer briefly."), .user("How warm is it in Bonn?")])],
                    temperature: 0.2)
                request.tools = [
                    ConversationTool(
                        name: "temperature", description: "The temperature of a city, in °C.",
                        parameters: Array(schema.utf8))
                ]
                let response = try await model.converse(request)
                for call in response.toolCalls { print("\(call.name)(\(call.arguments))") }
                #expect(!response.outputs.isEmpty)
            }
        }
    }
}
