import DaprClient

extension FakeDapr {
    func encrypt(
        _ content: DaprBody, component: String, encryption: EncryptionOptions,
        options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        throw DaprError(.notSupported, "this sidecar has no cryptography")
    }

    func decrypt(
        _ document: DaprBody, component: String, keyName: String?, options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        throw DaprError(.notSupported, "this sidecar has no cryptography")
    }
}
