import DaprProtos
import HTTP2
import SwiftProtobuf
import Synchronization
import Testing

@testable import DaprClient

@Suite("Cryptography")
struct CryptographyTests {
    private static let encryption = EncryptionOptions(
        keyName: "k/1", keyWrapAlgorithm: .rsaOAEP256, dataEncryptionCipher: .chaCha20Poly1305,
        omitDecryptionKeyName: true, decryptionKeyName: "other")

    /// Runs a test with a provider behind a scripted sidecar.
    private func withProvider(
        limit: Int = 4 << 20, _ script: @escaping PeerStreamScript,
        body: (Peer, CryptographyProvider) async throws -> Void
    ) async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            await peer.answerStreams(script)
            try await body(peer, CryptographyProvider(name: "vault", api: transport))
            await pool.waitForStreams(0)
        }
    }

    private static func answer(_ data: [UInt8], _ number: UInt64) -> PeerStep {
        var message = Dapr_Proto_Runtime_V1_EncryptResponse()
        message.payload.data = data.data
        message.payload.seq = number
        return .message((try? message.serializedBytes()) ?? [])
    }

    private static func payload(
        _ message: [UInt8]
    ) -> Dapr_Proto_Common_V1_StreamPayload? {
        let request = try? Dapr_Proto_Runtime_V1_EncryptRequest(serializedBytes: message)
        guard let request, request.hasPayload else { return nil }
        return request.payload
    }

    /// Answers each piece with itself.
    private static let echo: PeerStreamScript = { _, event in
        switch event {
        case .opened: [.head]
        case .message(let message):
            payload(message).map { [answer($0.data.array, $0.seq)] } ?? []
        case .ended: [.ok]
        }
    }

    /// The messages that a call sent.
    private func sent(
        _ content: [[UInt8]],
        _ call: (CryptographyProvider, AsyncStream<[UInt8]>) async throws -> [UInt8]
    ) async throws -> (messages: [[UInt8]], answer: [UInt8]) {
        let messages = Messages()
        var answer: [UInt8] = []
        try await withProvider { request, event in
            if case .message(let message) = event { messages.append(message) }
            return Self.echo(request, event)
        } body: { _, provider in
            let chunks = AsyncStream { continuation in
                for chunk in content { continuation.yield(chunk) }
                continuation.finish()
            }
            answer = try await call(provider, chunks)
        }
        return (messages.all, answer)
    }

    // MARK: - What is sent

    @Test("options stand in the first message only, pieces are numbered from 0 and hold 64 KiB")
    func framing() async throws {
        let content: [[UInt8]] = [
            [1, 2], [], [UInt8](repeating: 3, count: 150_000), [4],
        ]
        let (messages, answer) = try await sent(content) { provider, chunks in
            try await provider.encrypt(chunks, with: Self.encryption).collect()
        }
        #expect(answer == Array(content.joined()))
        let requests = try messages.map {
            try Dapr_Proto_Runtime_V1_EncryptRequest(serializedBytes: $0)
        }
        let options = try #require(requests.first).options
        #expect(options.componentName == "vault")
        #expect(options.keyName == "k/1")
        #expect(options.keyWrapAlgorithm == "RSA-OAEP-256")
        #expect(options.dataEncryptionCipher == "chacha20-poly1305")
        #expect(options.omitDecryptionKeyName)
        #expect(options.decryptionKeyName == "other")
        #expect(requests.dropFirst().allSatisfy { !$0.hasOptions && $0.hasPayload })
        #expect(requests.dropFirst().map(\.payload.seq) == [0, 1, 2, 3, 4])
        #expect(requests.dropFirst().map(\.payload.data.count) == [2, 65536, 65536, 18928, 1])
    }

    @Test("an empty content sends its first message all the same")
    func empty() async throws {
        let (messages, answer) = try await sent([]) { provider, _ in
            try await provider.encrypt([], with: Self.encryption)
        }
        #expect(answer.isEmpty)
        #expect(messages.count == 1)
        let (streamed, _) = try await sent([]) { provider, chunks in
            try await provider.encrypt(chunks, with: Self.encryption).collect()
        }
        #expect(streamed.count == 1)
    }

    @Test("decryption says which key only when it is told")
    func decryptionOptions() async throws {
        for keyName in [nil, "k"] as [String?] {
            let (messages, answer) = try await sent([]) { provider, _ in
                try await provider.decrypt([7, 8], keyName: keyName)
            }
            #expect(answer == [7, 8])
            let first = try Dapr_Proto_Runtime_V1_DecryptRequest(
                serializedBytes: try #require(messages.first))
            #expect(first.options.componentName == "vault")
            #expect(first.options.keyName == keyName ?? "")
        }
    }

    @Test(
        "an empty option is refused by its name, and nothing is sent",
        arguments: [
            ("", "k", "RSA", "component"), ("v", "", "RSA", "keyName"),
            ("v", "k", "", "keyWrapAlgorithm"),
        ])
    func missing(
        component: String, key: String, algorithm: String, name: String
    ) async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, pool in
            let http = try HTTPTransport(pool: pool, settings: transport.settings)
            let apis: [any CryptographyAPI] = [transport, http]
            for api in apis {
                let error = await #expect(throws: DaprError.self) {
                    try await CryptographyProvider(name: component, api: api).encrypt(
                        [1],
                        with: EncryptionOptions(
                            keyName: key, keyWrapAlgorithm: .init(rawValue: algorithm)))
                }
                #expect(error?.kind == .invalidArgument)
                #expect(error?.message.contains("'\(name)'") == true)
            }
            #expect(await peer.requests.isEmpty)
        }
    }

    // MARK: - Pace

    @Test("the content is not read ahead of what the sidecar takes")
    func uploadPace() async throws {
        try await withProvider { _, event in
            event == .opened ? [.head, .stopReading] : []
        } body: { peer, provider in
            let source = Pieces(count: 1000, size: 64 << 10)
            let task = Task {
                try await provider.encrypt(source, with: Self.encryption).collect()
            }
            // The window of 1 MiB holds 15 pieces and their framing; one waits in our buffer.
            await source.waitUntilTaken(15)
            let answer = Task { try await task.value }
            task.cancel()
            let error = await #expect(throws: DaprError.self) { try await answer.value }
            #expect(error?.kind == .cancelled)
            #expect(source.taken <= 20)
            await peer.waitForResets(1)
        }
    }

    @Test("the content flows while the answer is read, and not further")
    func bothPaces() async throws {
        try await withProvider(Self.echo) { _, provider in
            let source = Pieces(count: 400, size: 64 << 10)
            let stream = try await provider.encrypt(source, with: Self.encryption)
            var total = 0
            for try await piece in stream { total += piece.count }
            #expect(total == 400 * 64 << 10)
            #expect(source.taken == 400)
        }
    }

    // MARK: - How it can end

    @Test(
        "the sidecar's error ends it, whatever came before",
        arguments: [
            (3, "crypto provider vault not found", DaprError.Kind.noSuchComponent),
            (13, "crypto providers not configured", .noSuchComponent),
            (
                13,
                "failed to perform operation: error processing segment 0: failed to decrypt segment",
                .invalidArgument
            ),
            (13, "failed to perform operation: broken", .componentFailed),
            (16, "Unauthorized", .unauthenticated), (4, "late", .deadlineExceeded),
            (12, "unknown method", .notSupported),
        ] as [(Int, String, DaprError.Kind)])
    func sidecarError(code: Int, text: String, kind: DaprError.Kind) async throws {
        try await withProvider { _, event in
            switch event {
            case .opened: [.head]
            case .message(let message):
                Self.payload(message) == nil
                    ? []
                    : [
                        Self.answer([1], 0),
                        .trailers([("grpc-status", "\(code)"), ("grpc-message", text)]),
                    ]
            case .ended: []
            }
        } body: { _, provider in
            let error = await #expect(throws: DaprError.self) {
                try await provider.decrypt([1, 2, 3])
            }
            #expect(error?.kind == kind)
            #expect(error?.message == text)
        }
    }

    @Test("pieces that are not in order are an error", arguments: [1, 5] as [UInt64])
    func order(number: UInt64) async throws {
        try await withProvider { _, event in
            event == .opened ? [.head, Self.answer([1], 0), Self.answer([2], number + 1)] : []
        } body: { peer, provider in
            let error = await #expect(throws: DaprError.self) {
                try await provider.encrypt([1], with: Self.encryption)
            }
            #expect(error?.kind == .malformedResponse)
            #expect(error?.message.contains("number \(number + 1) came instead of 1") == true)
        }
    }

    @Test(
        "an answer that makes no sense is an error, not an end",
        arguments: [
            [PeerStep.head, .bytes([0, 0, 0, 0, 9, 1]), .ok],
            [.head, .message([0xFF, 0xFF]), .ok],
            [.head, .bytes([0, 0xFF, 0xFF, 0xFF, 0xFF])],
            [.head, CryptographyTests.answer([1], 0), .end],
        ])
    func nonsense(steps: [PeerStep]) async throws {
        try await withProvider { _, event in
            event == .opened ? steps : []
        } body: { _, provider in
            let error = await #expect(throws: DaprError.self) {
                try await provider.encrypt([1], with: Self.encryption)
            }
            #expect(error?.kind == .malformedResponse || error?.kind == .tooLarge)
        }
    }

    @Test("a sidecar that goes away in the middle is unavailable")
    func hangUp() async throws {
        try await withProvider { _, event in
            switch event {
            case .opened: [.head]
            case .message: [Self.answer([1], 0), .hangUp]
            case .ended: []
            }
        } body: { _, provider in
            let error = await #expect(throws: DaprError.self) {
                try await provider.encrypt([1], with: Self.encryption)
            }
            #expect(error?.kind == .unavailable)
        }
    }

    @Test("a deadline covers the whole stream")
    func deadline() async throws {
        try await withProvider { _, event in
            event == .opened ? [.head] : []
        } body: { peer, provider in
            let error = await #expect(throws: DaprError.self) {
                try await provider.encrypt(
                    Pieces(count: 1, size: 1), with: Self.encryption,
                    options: CallOptions(timeout: .milliseconds(40))
                ).collect()
            }
            #expect(error?.kind == .deadlineExceeded)
            await peer.waitForResets(1)
        }
    }

    @Test("an error of the content is the error of the result, and ends the call")
    func contentFails() async throws {
        try await withProvider { _, event in
            event == .opened ? [.head] : []
        } body: { peer, provider in
            let broken = AsyncThrowingStream<[UInt8], any Error> { continuation in
                continuation.yield([1])
                continuation.finish(throwing: DaprError(.notFound, "no such file"))
            }
            let error = await #expect(throws: DaprError.self) {
                try await provider.encrypt(broken, with: Self.encryption).collect()
            }
            #expect(error == DaprError(.notFound, "no such file"))
            await peer.waitForResets(1)
        }
    }

    @Test("a result that is let go ends the call and the reading of the content")
    func letGo() async throws {
        try await withProvider { _, event in
            event == .opened ? [.head, Self.answer([1], 0)] : []
        } body: { peer, provider in
            let endless = AsyncStream<[UInt8]> { _ in }
            for try await piece in try await provider.encrypt(endless, with: Self.encryption) {
                #expect(piece == [1])
                break
            }
            await peer.waitForResets(1)
        }
    }

    // MARK: - HTTP

    @Test("over HTTP everything travels at once, with the options as fields")
    func overHTTP() async throws {
        try await withHTTPPeer { _ in
            .http(200, "document")
        } body: { peer, transport in
            let provider = CryptographyProvider(name: "my vault", api: transport)
            let document = try await provider.encrypt([0, 255], with: Self.encryption)
            #expect(document == Array("document".utf8))
            let fields = try #require(await peer.requests.first?.fields)
            #expect(fields[":method"] == "PUT")
            #expect(fields[":path"] == "/v1.0-alpha1/crypto/my%20vault/encrypt")
            #expect(fields["dapr-key-name"] == "k/1")
            #expect(fields["dapr-key-wrap-algorithm"] == "RSA-OAEP-256")
            #expect(fields["dapr-data-encryption-cipher"] == "chacha20-poly1305")
            #expect(fields["dapr-omit-decryption-key-name"] == "true")
            #expect(fields["dapr-decryption-key-name"] == "other")
            #expect(await peer.requests.first?.body == [0, 255])
            _ = try await provider.decrypt([1])
            let second = try #require(await peer.requests.last?.fields)
            #expect(second[":path"] == "/v1.0-alpha1/crypto/my%20vault/decrypt")
            #expect(second["dapr-key-name"] == nil)
        }
    }

    @Test("over HTTP a content over the limit is refused, and the protocol without one is named")
    func overHTTPTooLarge() async throws {
        try await withHTTPPeer { _ in
            .http(200)
        } body: { peer, transport in
            let error = await #expect(throws: DaprError.self) {
                try await CryptographyProvider(name: "v", api: transport).encrypt(
                    Pieces(count: 65, size: 64 << 10), with: Self.encryption)
            }
            #expect(error?.kind == .tooLarge)
            #expect(error?.message.contains("gRPC") == true)
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test("over HTTP a key name that no field can hold is refused")
    func overHTTPBadName() async throws {
        try await withHTTPPeer { _ in
            .http(200)
        } body: { peer, transport in
            let error = await #expect(throws: DaprError.self) {
                try await CryptographyProvider(name: "v", api: transport).decrypt(
                    [1], keyName: "a\nb")
            }
            #expect(error?.kind == .invalidArgument)
            #expect(await peer.requests.isEmpty)
        }
    }
}

/// Messages that the peer's thread notes.
private final class Messages: Sendable {
    private let content = Mutex<[[UInt8]]>([])
    var all: [[UInt8]] { content.withLock { $0 } }
    func append(_ message: [UInt8]) { content.withLock { $0.append(message) } }
}

/// A content that counts how much of it was taken.
private final class Pieces: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    private let count: Int
    private let size: Int
    private let state = Mutex(State())

    private struct State {
        var taken = 0
        var waiting: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    init(count: Int, size: Int) {
        self.count = count
        self.size = size
    }

    var taken: Int { state.withLock { $0.taken } }

    func waitUntilTaken(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.taken >= count { return true }
                state.waiting = (count, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func take() -> [UInt8]? {
        let (isThere, waiting) = state.withLock { state in
            guard state.taken < count else {
                return (false, nil as CheckedContinuation<Void, Never>?)
            }
            state.taken += 1
            guard let waiting = state.waiting, state.taken >= waiting.count else {
                return (true, nil)
            }
            state.waiting = nil
            return (true, waiting.continuation)
        }
        waiting?.resume()
        return isThere ? [UInt8](repeating: 5, count: size) : nil
    }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: self) }

    struct Iterator: AsyncIteratorProtocol {
        let pieces: Pieces
        mutating func next() async -> [UInt8]? { pieces.take() }
    }
}
