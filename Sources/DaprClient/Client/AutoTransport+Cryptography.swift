extension AutoTransport {
    func encrypt(
        _ content: DaprBody, component: String, encryption: EncryptionOptions,
        options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        try await grpc.encrypt(
            content, component: component, encryption: encryption, options: options)
    }

    func decrypt(
        _ document: DaprBody, component: String, keyName: String?, options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        try await grpc.decrypt(
            document, component: component, keyName: keyName, options: options)
    }
}
