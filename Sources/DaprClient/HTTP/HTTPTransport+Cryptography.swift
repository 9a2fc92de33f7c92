import Synchronization

extension HTTPTransport {
    func encrypt(
        _ content: DaprBody, component: String, encryption: EncryptionOptions,
        options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        try EncryptionOptions.require(component, "component")
        try encryption.check()
        var fields = [
            ("dapr-key-name", encryption.keyName),
            ("dapr-key-wrap-algorithm", encryption.keyWrapAlgorithm.rawValue),
        ]
        if let cipher = encryption.dataEncryptionCipher {
            fields.append(("dapr-data-encryption-cipher", cipher.rawValue))
        }
        if encryption.omitDecryptionKeyName {
            fields.append(("dapr-omit-decryption-key-name", "true"))
        }
        if let name = encryption.decryptionKeyName {
            fields.append(("dapr-decryption-key-name", name))
        }
        return try await process(content, "encrypt", by: component, fields, options)
    }

    func decrypt(
        _ document: DaprBody, component: String, keyName: String?, options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        try EncryptionOptions.require(component, "component")
        let fields = keyName.map { [("dapr-key-name", $0)] } ?? []
        return try await process(document, "decrypt", by: component, fields, options)
    }

    private func process(
        _ content: DaprBody, _ operation: String, by component: String,
        _ fields: [(String, String)], _ options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        let body: [UInt8]?
        do {
            body = try await content.collect(upTo: settings.maxBodySize)
        } catch let error as DaprError {
            throw error
        } catch {
            throw DaprError(.cancelled, "the content could not be read: \(error)")
        }
        guard let body else {
            throw DaprError(
                .tooLarge,
                "the content is longer than the limit of \(settings.maxBodySize) bytes: the HTTP "
                    + "API takes it whole, the gRPC API takes streams of any length",
                isUnprocessed: true)
        }
        let path = RequestPath(version: "v1.0-alpha1", "crypto", component, operation)
        let response = try await call(
            "PUT", path, body: body, contentType: "application/octet-stream", extra: fields,
            in: .cryptography, options)
        let rest = OnePiece(response.body)
        return CryptographyStream { () async throws(DaprError) in rest.take() }
    }
}

/// An answer that is given out once.
private final class OnePiece: Sendable {
    private let piece: Mutex<[UInt8]?>

    init(_ piece: [UInt8]) {
        self.piece = Mutex(piece.isEmpty ? nil : piece)
    }

    func take() -> [UInt8]? {
        piece.withLock { $0.take() }
    }
}
