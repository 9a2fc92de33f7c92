import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Synchronization
import Testing

@testable import GatewayRoutes

@Suite("Cryptography")
struct CryptographyTests {
    /// A body that comes in pieces, then ends or fails.
    private static func body(_ pieces: [[UInt8]], failing: (any Error)? = nil) -> Body {
        let rest = Mutex(pieces)
        return .stream(
            BodyStream {
                let piece = rest.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                if piece == nil, let failing { throw failing }
                return piece
            })
    }

    private static let large = [UInt8](repeating: 7, count: 64 << 10)

    @Test("a small document is answered whole")
    func small() async {
        let dapr = FakeDapr { $0.answers.pieces = [[1], [2, 3]] }
        let response = await dapr.send(
            .post, "/v1/encrypt/crypto/keys/dev%20key?algorithm=RSA&cipher=aes-gcm",
            content: Self.body([Array("he".utf8), Array("llo".utf8)]))
        #expect(response.status == .ok)
        #expect(response.fields[.contentType] == "application/octet-stream")
        #expect(response.body.length == 3)
        #expect(dapr.calls == ["encrypt crypto"])
        #expect(dapr.now.answers.content == Array("hello".utf8))
        #expect(
            dapr.now.answers.encryption
                == EncryptionOptions(
                    keyName: "keys/dev key", keyWrapAlgorithm: .init(rawValue: "RSA"),
                    dataEncryptionCipher: .aesGCM))
        // A stream is bounded by its movement, not by a deadline.
        #expect(dapr.now.options[0].timeout == nil)
    }

    @Test("what is said about the document's key")
    func keyOptions() async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .post, "/v1/encrypt/crypto/k?algorithm=AES&decryptionKey=other&omitKey=true",
            content: .empty)
        #expect(response.status == .ok)
        #expect(dapr.now.answers.encryption?.decryptionKeyName == "other")
        #expect(dapr.now.answers.encryption?.omitDecryptionKeyName == true)
        #expect(dapr.now.answers.encryption?.dataEncryptionCipher == nil)
    }

    @Test("a large document is streamed")
    func streamed() async throws {
        let dapr = FakeDapr { $0.answers.pieces = [[1], Self.large, [2], [3]] }
        let response = await dapr.send(
            .post, "/v1/decrypt/crypto?key=k", content: Self.body([[9]]))
        #expect(dapr.calls == ["decrypt crypto k"])
        guard case .stream(let stream) = response.body else {
            Issue.record("the answer is not streamed")
            return
        }
        #expect(dapr.now.answers.pieces == [[2], [3]])
        #expect(try await stream.next() == [1] + Self.large)
        #expect(try await stream.next() == [2])
        #expect(try await stream.next() == [3])
        #expect(try await stream.next() == nil)
    }

    @Test(
        "an error before the response began is a problem document",
        arguments: [
            (DaprError.Kind.noSuchComponent, "no-such-component", 404),
            (.notFound, "not-found", 404),
            (.invalidArgument, "invalid-argument", 400), (.tooLarge, "body-too-large", 413),
            (.componentFailed, "component-failed", 502),
        ])
    func earlyFailure(kind: DaprError.Kind, problem: String, status: Int) async {
        let dapr = FakeDapr { world in
            world.answers.pieces = [[1], [2]]
            world.answers.failure = DaprError(kind, "said the sidecar")
        }
        let response = await dapr.send(.post, "/v1/decrypt/crypto", content: Self.body([[9]]))
        #expect(response.problem == problem)
        #expect(response.status.code == status)
    }

    @Test("an error in the midst of the response ends it")
    func lateFailure() async throws {
        let dapr = FakeDapr { world in
            world.answers.pieces = [Self.large, [2]]
            world.answers.failure = DaprError(.invalidArgument, "failed to decrypt segment")
        }
        let response = await dapr.send(.post, "/v1/decrypt/crypto", content: Self.body([[9]]))
        #expect(response.status == .ok)
        guard case .stream(let stream) = response.body else {
            Issue.record("the answer is not streamed")
            return
        }
        #expect(try await stream.next() == Self.large)
        #expect(try await stream.next() == [2])
        await #expect(throws: DaprError.self) { _ = try await stream.next() }
    }

    @Test("a stream in which nothing moves ends", arguments: [[], [CryptographyTests.large]])
    func stuck(pieces: [[UInt8]]) async throws {
        let dapr = FakeDapr { world in
            world.answers.pieces = pieces
            world.answers.isStuck = true
        }
        let waited = Mutex<[Duration]>([])
        let response = await dapr.send(
            .post, "/v1/decrypt/crypto", content: Self.body([[9]])
        ) { duration in
            // Time passes when nothing else can happen.
            while !dapr.now.answers.isAwaited {
                try Task.checkCancellation()
                await Task.yield()
            }
            waited.withLock { $0.append(duration) }
        }
        if pieces.isEmpty {
            #expect(response.problem == "deadline-exceeded")
            #expect(response.detail == "nothing moved in the stream for 30s")
        } else if case .stream(let stream) = response.body {
            #expect(try await stream.next() == Self.large)
            await #expect(throws: DaprError.self) { _ = try await stream.next() }
        } else {
            Issue.record("the answer is not streamed")
        }
        #expect(waited.withLock { $0.last } == .seconds(30))
    }

    @Test("a client that stops sending ends the call")
    func brokenUpload() async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .post, "/v1/decrypt/crypto", content: Self.body([[9]], failing: CancellationError()))
        #expect(response.problem == "client-gone")
    }

    @Test(
        "bad arguments are refused before anything is read",
        arguments: [
            ("/v1/encrypt/crypto/k", "'algorithm' is required"),
            ("/v1/encrypt/crypto/k?algorithm=", "'' is no 'algorithm'"),
            ("/v1/encrypt/crypto/k?algorithm=a%0db", "is no 'algorithm'"),
            ("/v1/encrypt/crypto/k?algorithm=RSA&cipher=a%20b", "'a b' is no 'cipher'"),
            ("/v1/encrypt/crypto/k?algorithm=RSA&omitKey=maybe", "'omitKey'"),
            ("/v1/encrypt/crypto/k?algorithm=RSA&decryptionKey=", "'decryptionKey' is empty"),
            ("/v1/encrypt/crypto/k?algorithm=RSA&algorithm=AES", "more than once"),
            ("/v1/encrypt/crypto/k?algorihtm=RSA", "did you mean 'algorithm'?"),
            ("/v1/encrypt/crypto/?algorithm=RSA", "the key is empty"),
            ("/v1/encrypt/crypto/a/../b?algorithm=RSA", "the segment '..'"),
            ("/v1/encrypt/crypto/a%0ab?algorithm=RSA", "control character"),
            ("/v1/encrypt/cry%20pto/k?algorithm=RSA", "'cry pto' is no name"),
            ("/v1/encrypt/-/k?algorithm=RSA", "'-' stands for no component"),
            ("/v1/decrypt/crypto?key=", "'key' is empty"),
            ("/v1/decrypt/crypto?key=a%0d%0aX:%20y", "control character"),
            ("/v1/decrypt/crypto?timeout=1s", "'timeout' is not known here"),
        ])
    func badArguments(target: String, detail: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .post, target, content: Self.body([], failing: CancellationError()))
        #expect(response.status.code == (target.contains("/-/") ? 404 : 400))
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }
}
