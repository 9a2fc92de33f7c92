internal import COpenSSL

/// An RSA key for wrapping other keys (RSA-OAEP with SHA-256; RFC 8017, section 7.1).
///
/// Not for several threads at a time.
@safe public final class RSAKey {
    /// Whether it can also take out what it wrapped.
    public let isPrivate: Bool
    // Owned: freed with this object, and used only by its methods.
    private let key: OpaquePointer

    private init(owning key: OpaquePointer, isPrivate: Bool) {
        unsafe self.key = key
        self.isPrivate = isPrivate
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// Makes a new key.
    ///
    /// - Parameter bitCount: its size, such as 2048.
    public static func generate(bitCount: Int) throws(CryptographyError) -> RSAKey {
        guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil) else {
            throw .last("cannot make an RSA key")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, CInt(clamping: bitCount)) == 1,
            unsafe EVP_PKEY_keygen(context, &key) == 1, let key = unsafe key
        else { throw .last("cannot make an RSA key") }
        return unsafe RSAKey(owning: key, isPrivate: true)
    }

    /// Reads a key from PEM text: a private key (PKCS #8 or PKCS #1) or a public one (PKIX).
    ///
    /// - Returns: nil when there is no RSA key in it, or its key is encrypted.
    public static func fromPEM(_ text: [UInt8]) -> RSAKey? {
        defer { ERR_clear_error() }
        if let key = unsafe read(text, isPrivate: true) {
            return unsafe RSAKey(owning: key, isPrivate: true)
        }
        if let key = unsafe read(text, isPrivate: false) {
            return unsafe RSAKey(owning: key, isPrivate: false)
        }
        return nil
    }

    private static func read(_ text: [UInt8], isPrivate: Bool) -> OpaquePointer? {
        // The text outlives the reader, which ends in here. Without a passphrase the library would
        // ask on the terminal; an empty one makes it fail instead.
        unsafe text.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let length = CInt(exactly: bytes.count), length > 0,
                let reader = unsafe BIO_new_mem_buf(bytes.baseAddress, length)
            else { return nil }
            defer { unsafe BIO_free(reader) }
            let key =
                unsafe isPrivate
                ? PEM_read_bio_PrivateKey(reader, nil, { _, _, _, _ in 0 }, nil)
                : PEM_read_bio_PUBKEY(reader, nil, { _, _, _, _ in 0 }, nil)
            guard let key = unsafe key else { return nil }
            guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else {
                unsafe EVP_PKEY_free(key)
                return nil
            }
            return unsafe key
        }
    }

    /// The private key as PEM text (PKCS #8).
    public func pem() throws(CryptographyError) -> [UInt8] {
        guard isPrivate else { throw CryptographyError("the key is not private") }
        guard let writer = unsafe BIO_new(BIO_s_mem()) else { throw .last("cannot write a key") }
        defer { unsafe BIO_free(writer) }
        guard unsafe PEM_write_bio_PKCS8PrivateKey(writer, key, nil, nil, 0, nil, nil) == 1 else {
            throw .last("cannot write a key")
        }
        var text = [UInt8](repeating: 0, count: Int(unsafe BIO_ctrl_pending(writer)))
        // Reads into our own array, at most its length.
        let count = unsafe text.withUnsafeMutableBytes { buffer in
            unsafe BIO_read(writer, buffer.baseAddress, CInt(buffer.count))
        }
        guard Int(count) == text.count else { throw .last("cannot write a key") }
        return text
    }

    /// Wraps a key.
    public func wrap(_ plain: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard let wrapped = try run(plain, isWrapping: true) else {
            throw .last("cannot wrap a key of \(plain.count) bytes")
        }
        return wrapped
    }

    /// Takes a wrapped key out.
    ///
    /// - Returns: the key; nil when it was changed, is wrapped with another key, or this one is not
    ///   private.
    public func unwrap(_ wrapped: [UInt8]) throws(CryptographyError) -> [UInt8]? {
        guard isPrivate else { return nil }
        let plain = try run(wrapped, isWrapping: false)
        if plain == nil { ERR_clear_error() }
        return plain
    }

    private func run(
        _ input: [UInt8], isWrapping: Bool
    ) throws(CryptographyError) -> [UInt8]? {
        guard let context = unsafe EVP_PKEY_CTX_new(key, nil) else {
            throw .last("cannot use an RSA key")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let isReady =
            unsafe (isWrapping ? EVP_PKEY_encrypt_init(context) : EVP_PKEY_decrypt_init(context))
            == 1
            && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1
            && EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1
        guard isReady else { throw .last("cannot use an RSA key") }
        var count = Int(unsafe EVP_PKEY_get_size(key))
        var output = [UInt8](repeating: 0, count: count)
        // The input is read during the call; the output has room for a number as long as the key.
        let result = unsafe output.withUnsafeMutableBufferPointer { buffer in
            unsafe isWrapping
                ? EVP_PKEY_encrypt(context, buffer.baseAddress, &count, input, input.count)
                : EVP_PKEY_decrypt(context, buffer.baseAddress, &count, input, input.count)
        }
        return result == 1 ? Array(output.prefix(count)) : nil
    }
}
