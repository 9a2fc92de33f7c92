internal import COpenSSL

// Certificates and keys in PEM (RFC 7468). OpenSSL copies or counts what it keeps, so everything that
// is read here is freed here.
extension TLSContext {
    func addAuthorities(_ pem: [UInt8]) throws(TLSError) {
        let certificates = try Certificates(pem, what: "authorities")
        let store = unsafe SSL_CTX_get_cert_store(handle)
        for index in unsafe certificates.all.indices {
            guard unsafe X509_STORE_add_cert(store, certificates.all[index]) == 1 else {
                throw TLSError(.configuration, "the authorities: \(ErrorQueue.text)")
            }
        }
    }

    func setIdentity(_ identity: Identity) throws(TLSError) {
        let chain = try Certificates(identity.certificates, what: "certificate")
        for index in unsafe chain.all.indices {
            let certificate = unsafe chain.all[index]
            let result =
                unsafe index == 0
                ? Int(SSL_CTX_use_certificate(handle, certificate))
                : SSL_CTX_ctrl(
                    handle, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(certificate))
            guard result == 1 else {
                throw TLSError(.configuration, "the certificate: \(ErrorQueue.text)")
            }
        }
        let bio = unsafe memory(identity.privateKey)
        defer { unsafe BIO_free(bio) }
        // Never asks for a password on the terminal.
        let key = unsafe PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil)
        guard let key = unsafe key else {
            throw TLSError(
                .configuration, "the private key is no PEM, or encrypted: \(ErrorQueue.text)")
        }
        defer { unsafe EVP_PKEY_free(key) }
        guard unsafe SSL_CTX_use_PrivateKey(handle, key) == 1,
            unsafe SSL_CTX_check_private_key(handle) == 1
        else {
            throw TLSError(
                .configuration,
                "the private key does not belong to the certificate: \(ErrorQueue.text)")
        }
    }
}

/// The certificates of a PEM text, freed together.
@safe
private struct Certificates: ~Copyable {
    private(set) var all: [OpaquePointer] = unsafe []

    init(_ pem: [UInt8], what: String) throws(TLSError) {
        ErrorQueue.clear()
        let bio = unsafe memory(pem)
        defer { unsafe BIO_free(bio) }
        while let certificate = unsafe PEM_read_bio_X509(bio, nil, nil, nil) {
            unsafe all.append(certificate)
        }
        // The end of the text is an error of the library too, but one that says so.
        let last = ErrorQueue.take()
        guard unsafe !all.isEmpty, last?.reason == Int(PEM_R_NO_START_LINE) else {
            throw TLSError(
                .configuration, "the \(what): no certificate in PEM (\(last?.text ?? "none"))")
        }
    }

    deinit {
        for index in unsafe all.indices { unsafe X509_free(all[index]) }
    }
}

/// A memory BIO with a copy of the bytes; the caller frees it.
private func memory(_ bytes: [UInt8]) -> OpaquePointer? {
    let bio = unsafe BIO_new(BIO_s_mem())
    unsafe bytes.withUnsafeBytes { raw in
        _ = unsafe BIO_write(bio, raw.baseAddress, Int32(clamping: raw.count))
    }
    return unsafe bio
}
