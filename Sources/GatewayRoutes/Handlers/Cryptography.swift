import DaprClient
import HTTPMessage
import HTTPTypes

/// `/v1/encrypt` and `/v1/decrypt`: cryptography, streamed to the sidecar and back.
enum CryptographyRoutes {
    static let routes = [
        Route(
            .only(.post), "/v1/encrypt/{component}/{key...}",
            query: .known([.algorithm, .cipher, .decryptionKey, .omitKey]), body: .stream,
            summary: "encrypts the body with a key that the sidecar knows",
            example: "--data-binary @FILE 'URL/v1/encrypt/crypto/dev-key?algorithm=AES'",
            handler: .deferred(encrypt)),
        Route(
            .only(.post), "/v1/decrypt/{component}", query: .known([.keyName]), body: .stream,
            summary: "decrypts what was encrypted",
            example: "--data-binary @FILE URL/v1/decrypt/crypto",
            handler: .deferred(decrypt)),
    ]

    @Sendable
    private static func encrypt(_ context: RequestContext) async throws(GatewayError) -> Response {
        let component = try context.component("component")
        let key = try context.parameter("key")
        try checkKey(key, of: "the key", .invalidKey)
        guard let algorithm = try context.query.value("algorithm") else {
            throw GatewayError(
                .invalidParameter,
                "'algorithm' is required: RSA, AES or another one of the component")
        }
        var encryption = EncryptionOptions(
            keyName: key, keyWrapAlgorithm: .init(rawValue: try word(algorithm, of: "algorithm")))
        if let cipher = try context.query.value("cipher") {
            encryption.dataEncryptionCipher = .init(rawValue: try word(cipher, of: "cipher"))
        }
        if let name = try context.query.value("decryptionKey") {
            try checkKey(name, of: "'decryptionKey'", .invalidParameter)
            encryption.decryptionKeyName = name
        }
        encryption.omitDecryptionKeyName = try context.query.flag("omitKey")
        let options = encryption
        return try await stream(context) { dapr, content, call throws(DaprError) in
            try await dapr.encrypt(
                content, component: component, encryption: options, options: call)
        }
    }

    @Sendable
    private static func decrypt(_ context: RequestContext) async throws(GatewayError) -> Response {
        let component = try context.component("component")
        let key = try context.query.value("key")
        if let key { try checkKey(key, of: "'key'", .invalidParameter) }
        return try await stream(context) { dapr, content, call throws(DaprError) in
            try await dapr.decrypt(content, component: component, keyName: key, options: call)
        }
    }

    /// A key's name travels in a header field, or names a file.
    private static func checkKey(
        _ key: String, of subject: String, _ problem: ProblemType
    ) throws(GatewayError) {
        guard !key.isEmpty else { throw GatewayError(problem, "\(subject) is empty") }
        guard key.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw GatewayError(problem, "\(subject) has a control character")
        }
        try Names.checkSegments(key, problem, subject)
    }

    /// The name of an algorithm.
    private static func word(
        _ text: String, of parameter: String
    ) throws(GatewayError) -> String {
        guard !text.isEmpty, text.utf8.allSatisfy(isTokenByte) else {
            throw GatewayError(.invalidParameter, "'\(text)' is no '\(parameter)'")
        }
        return text
    }

    // MARK: - Streaming

    /// How much of the answer is awaited before the response begins: small ones are then answered
    /// whole, and what goes wrong with them can still be said. Besides, all that comes before the end
    /// of the upload is kept: libmicrohttpd sends no streamed response earlier, and a sidecar whose
    /// answer nobody takes would stop to read.
    private static let head = 64 << 10

    private static func stream(
        _ context: RequestContext,
        _ open: (any DaprAPI, DaprBody, CallOptions) async throws(DaprError) -> CryptographyStream
    ) async throws(GatewayError) -> Response {
        let idle = IdleWatch(context.settings.streamIdle, pause: context.facade.time.sleep)
        let content = DaprBody(context.request.body, watched: idle)
        var head: [UInt8] = []
        let pieces: CryptographyStream?
        do throws(DaprError) {
            pieces = try await context.attemptStream {
                dapr, options throws(DaprError) -> CryptographyStream? in
                let opened = try await open(dapr, content, options)
                while head.count < Self.head || !idle.hasWholeBody {
                    guard let piece = try await idle.next(of: opened) else { return nil }
                    head += piece
                }
                return opened
            }
        } catch {
            throw context.failure(error)
        }
        let fields: HTTPFields = [
            .contentType: ContentType.bytes, .cacheControl: "no-store",
        ]
        guard let pieces else { return Response(.ok, fields: fields, body: .bytes(head)) }
        let first = Once(head)
        return Response(
            .ok, fields: fields,
            body: .stream(
                BodyStream {
                    if let head = first.take() { return head }
                    return try await idle.next(of: pieces)
                }))
    }
}

extension QueryParameter {
    fileprivate static let algorithm = QueryParameter(
        name: "algorithm",
        summary: "how the document's key is wrapped, such as RSA or AES; required")
    fileprivate static let cipher = QueryParameter(
        name: "cipher", summary: "aes-gcm, which is the default, or chacha20-poly1305")
    fileprivate static let decryptionKey = QueryParameter(
        name: "decryptionKey", summary: "the key that the document names for its decryption")
    fileprivate static let omitKey = QueryParameter(
        name: "omitKey", summary: "true leaves the key's name out of the document")
    fileprivate static let keyName = QueryParameter(
        name: "key", summary: "the key; the one that the document names otherwise")
}
