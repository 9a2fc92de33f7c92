/// A cryptography component of a sidecar: it has the keys, and works with them for others.
public struct CryptographyProvider: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any CryptographyAPI

    /// A component on any implementation of the API, such as a test's.
    public init(name: String, api: any CryptographyAPI) {
        self.name = name
        self.api = api
    }

    // MARK: - In memory

    /// Encrypts bytes; for none too there is a document.
    public func encrypt(
        _ bytes: [UInt8], with encryption: EncryptionOptions,
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [UInt8] {
        try await api.encrypt(
            .bytes(bytes), component: name, encryption: encryption, options: options
        ).collect()
    }

    /// Decrypts a document.
    ///
    /// - Parameter keyName: the key; nil means the one that the document names.
    /// - Throws: `.invalidArgument` when it is no document, was changed or has another key. Nothing
    ///   of it is given out then.
    public func decrypt(
        _ document: [UInt8], keyName: String? = nil, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> [UInt8] {
        try await api.decrypt(
            .bytes(document), component: name, keyName: keyName, options: options
        ).collect()
    }

    // MARK: - Streams

    /// Encrypts a stream of bytes, in step with what is read of the result: nothing piles up at
    /// either end. Over the HTTP API the whole content is collected first, up to the size limit.
    ///
    /// - Parameters:
    ///   - chunks: the content, in pieces of any length. An error of it ends the call.
    ///   - encryption: key, algorithms and what the document tells of them.
    ///   - options: a timeout covers the whole stream; without one it may last for ever.
    public func encrypt<Chunks: AsyncSequence & Sendable>(
        _ chunks: Chunks, with encryption: EncryptionOptions,
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> CryptographyStream where Chunks.Element == [UInt8] {
        try await api.encrypt(
            DaprBody(chunks), component: name, encryption: encryption, options: options)
    }

    /// Decrypts a stream of bytes, likewise.
    ///
    /// A document that turns out to be changed throws at that point, after the pieces before it:
    /// only what ends well is complete.
    public func decrypt<Chunks: AsyncSequence & Sendable>(
        _ document: Chunks, keyName: String? = nil, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> CryptographyStream where Chunks.Element == [UInt8] {
        try await api.decrypt(
            DaprBody(document), component: name, keyName: keyName, options: options)
    }
}

extension DaprClient {
    /// The cryptography component of this name.
    public func cryptography(_ name: String) -> CryptographyProvider {
        CryptographyProvider(name: name, api: api)
    }
}
