/// Cryptography, as both APIs offer it: the sidecar encrypts and decrypts with keys that it alone
/// knows, in Dapr's encryption scheme.
///
/// The gRPC API works on streams of any length, in step with both their ends. The HTTP API takes and
/// gives a whole content, up to the size limit.
public protocol CryptographyAPI: Sendable {
    /// Encrypts a content (`EncryptAlpha1`, `PUT /v1.0-alpha1/crypto/NAME/encrypt`).
    ///
    /// - Parameters:
    ///   - content: what to encrypt. A stream that throws ends the call, with its error.
    ///   - component: the name of the component.
    ///   - encryption: key, algorithms and what the document tells of them.
    ///   - options: the timeout covers everything; without one, a stream may last for ever.
    /// - Returns: the document, as it comes.
    /// - Throws: `.invalidArgument`, naming the option, when a required one is empty or an algorithm is
    ///   not for the key; `.noSuchComponent` for an unknown component; `.notFound` for an unknown key;
    ///   `.tooLarge` over HTTP for a content over the size limit.
    func encrypt(
        _ content: DaprBody, component: String, encryption: EncryptionOptions,
        options: CallOptions
    ) async throws(DaprError) -> CryptographyStream

    /// Decrypts a document (`DecryptAlpha1`, `PUT /v1.0-alpha1/crypto/NAME/decrypt`).
    ///
    /// - Parameters:
    ///   - document: what `encrypt` gave.
    ///   - component: the name of the component.
    ///   - keyName: the key; nil means the one that the document names.
    ///   - options: as for `encrypt`.
    /// - Returns: the content, as it comes. A document that turns out to be changed throws at that
    ///   point, after the pieces before it: only what ends well is complete.
    /// - Throws: `.invalidArgument` when it is no document, was changed, or has another key;
    ///   `.noSuchComponent` for an unknown component; `.notFound` for an unknown key; `.tooLarge` over
    ///   HTTP for a document over the size limit.
    func decrypt(
        _ document: DaprBody, component: String, keyName: String?, options: CallOptions
    ) async throws(DaprError) -> CryptographyStream
}
