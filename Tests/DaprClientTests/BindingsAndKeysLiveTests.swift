import DevSidecar
import EventLoop
import Testing

@testable import DaprClient

@Suite("Bindings and cryptography against the development sidecar", .serialized)
struct BindingsAndKeysLiveTests {
    private func withClient(
        _ protocol: DaprProtocol, body: (DaprClient) async throws -> Void
    ) async throws {
        let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
        let sidecar = DevSidecar(configuration: .development, loop: thread.loop)
        let addresses = try await sidecar.start()
        let client = try DaprClient(
            configuration: .init(
                httpEndpoint: SidecarEndpoint(addresses.http),
                grpcEndpoint: SidecarEndpoint(addresses.grpc), protocol: `protocol`))
        let result: Result<Void, any Error>
        do {
            try await body(client)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        await sidecar.stop()
        thread.join()
        try result.get()
    }

    @Test(
        "what was encrypted decrypts, whatever its length, algorithm and cipher",
        arguments: [DaprProtocol.http, .grpc])
    func roundTrip(protocol: DaprProtocol) async throws {
        try await withClient(`protocol`) { client in
            let vault = client.cryptography("crypto")
            let encryptions = [
                EncryptionOptions(keyName: "dev-key", keyWrapAlgorithm: .aes256KW),
                EncryptionOptions(
                    keyName: "dev-key", keyWrapAlgorithm: .rsaOAEP256,
                    dataEncryptionCipher: .chaCha20Poly1305),
            ]
            for count in [0, 1, 65_536, 65_537, (1 << 20) + 3] {
                let content = [UInt8](repeating: 7, count: count)
                for encryption in encryptions {
                    var document = try await vault.encrypt(content, with: encryption)
                    #expect(document.starts(with: "dapr.io/enc/v1\n".utf8))
                    let again = try await vault.decrypt(document)
                    let isSame = again == content
                    #expect(isSame)
                    guard count > 0 else { continue }
                    document[document.count - 1] ^= 1
                    let changed = document
                    let error = await #expect(throws: DaprError.self) {
                        try await vault.decrypt(changed)
                    }
                    #expect(error?.kind == .invalidArgument)
                }
            }
        }
    }

    @Test("16 MiB stream through encryption and decryption at once")
    func large() async throws {
        try await withClient(.grpc) { client in
            let vault = client.cryptography("crypto")
            let count = 256
            let (chunks, source) = AsyncStream.makeStream(of: [UInt8].self)
            for number in 0..<count {
                source.yield([UInt8](repeating: UInt8(number & 255), count: 64 << 10))
            }
            source.finish()
            let document = try await vault.encrypt(
                chunks, with: EncryptionOptions(keyName: "dev-key", keyWrapAlgorithm: .aes256KW))
            var total = 0
            for try await piece in try await vault.decrypt(document) {
                let isRight = piece.first == UInt8(total >> 16 & 255)
                #expect(isRight)
                total += piece.count
            }
            #expect(total == count << 16)
        }
    }

    @Test("each fault has its kind, over each protocol", arguments: [DaprProtocol.http, .grpc])
    func faults(protocol: DaprProtocol) async throws {
        try await withClient(`protocol`) { client in
            func kind(
                _ provider: String, _ key: String, _ algorithm: String
            ) async -> DaprError.Kind? {
                await #expect(throws: DaprError.self) {
                    try await client.cryptography(provider).encrypt(
                        [1],
                        with: EncryptionOptions(
                            keyName: key, keyWrapAlgorithm: .init(rawValue: algorithm)))
                }?.kind
            }
            #expect(await kind("nowhere", "dev-key", "RSA") == .noSuchComponent)
            #expect(await kind("crypto", "nokey", "RSA") == .notFound)
            #expect(await kind("crypto", "dev-key", "ROT13") == .invalidArgument)
            #expect(await kind("crypto", "dev-key", "A128CBC-NOPAD") == .componentFailed)
            for document in ["garbage", "", "dapr.io/enc/v1\n{}\nAAAA\n"] {
                let error = await #expect(throws: DaprError.self) {
                    try await client.cryptography("crypto").decrypt(Array(document.utf8))
                }
                #expect(error?.kind == .invalidArgument)
            }
            let binding = await #expect(throws: DaprError.self) {
                try await client.binding("nowhere").invoke("create")
            }
            #expect(binding?.kind == .noSuchComponent)
            let operation = await #expect(throws: DaprError.self) {
                try await client.binding("files").invoke("frob")
            }
            #expect(operation?.kind == .notSupported)
            let none = await #expect(throws: DaprError.self) {
                try await client.binding("files").invoke("")
            }
            #expect(none?.kind == .invalidArgument)
            let missing = await #expect(throws: DaprError.self) {
                try await client.binding("files").invoke("get", metadata: ["fileName": "no"])
            }
            #expect(missing?.kind == .componentFailed)
        }
    }

    @Test("files are written, read, listed and deleted", arguments: [DaprProtocol.http, .grpc])
    func files(protocol: DaprProtocol) async throws {
        try await withClient(`protocol`) { client in
            let files = client.binding("files")
            let name = ["fileName": "a/../../b/c.json"]
            let created = try await files.invoke("create", ["n": 1], metadata: name)
            #expect(try created.decode(as: [String: String].self) == ["fileName": "b/c.json"])
            let read = try await files.invoke("get", metadata: name)
            #expect(try read.decode(as: [String: Int].self) == ["n": 1])
            let list = try await files.invoke("list").decode(as: [String].self)
            #expect(list.count == 1)
            #expect(list.first?.hasSuffix("/b/c.json") == true)
            #expect(try await files.invoke("delete", metadata: name) == BindingResult())
            await #expect(throws: DaprError.self) {
                try await files.invoke("get", metadata: name)
            }
        }
    }

    @Test("the echo gives data and metadata back", arguments: [DaprProtocol.http, .grpc])
    func echo(protocol: DaprProtocol) async throws {
        try await withClient(`protocol`) { client in
            let answer = try await client.binding("echo-binding").invoke(
                "whatever", [1, 2, 3], metadata: ["k": "v"])
            #expect(try answer.decode(as: [Int].self) == [1, 2, 3])
            #expect(answer.metadata == ["k": "v", "operation": "whatever"])
        }
    }
}
