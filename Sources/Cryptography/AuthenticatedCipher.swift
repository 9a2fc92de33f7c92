internal import COpenSSL

/// A cipher that also authenticates what it encrypts, under one key (RFC 5116): each text gets a tag
/// of 16 bytes behind it.
///
/// Not for several threads at a time.
@safe public final class AuthenticatedCipher {
    /// Which cipher.
    public enum Algorithm: Sendable, Hashable, CaseIterable {
        /// AES-GCM with a key of 256 bits (NIST SP 800-38D).
        case aes256GCM
        /// ChaCha20-Poly1305 (RFC 8439).
        case chaCha20Poly1305

        fileprivate var cipher: OpaquePointer? {
            // Constants of the library.
            unsafe self == .aes256GCM ? EVP_aes_256_gcm() : EVP_chacha20_poly1305()
        }
    }

    /// The length of a key in bytes.
    public static let keyByteCount = 32
    /// The length of a nonce in bytes.
    public static let nonceByteCount = 12
    /// The length of a tag in bytes.
    public static let tagByteCount = 16

    // Owned: freed with this object, and used only by its methods.
    private let context: OpaquePointer

    /// A cipher under a key.
    ///
    /// - Parameters:
    ///   - algorithm: which cipher.
    ///   - key: `keyByteCount` bytes.
    public init(_ algorithm: Algorithm, key: [UInt8]) throws(CryptographyError) {
        guard key.count == Self.keyByteCount else {
            throw CryptographyError("a key has \(Self.keyByteCount) bytes, not \(key.count)")
        }
        guard let context = unsafe EVP_CIPHER_CTX_new() else {
            throw .last("cannot make a cipher")
        }
        unsafe self.context = context
        // The key is copied during the call.
        guard unsafe EVP_CipherInit_ex(context, algorithm.cipher, nil, key, nil, 1) == 1 else {
            throw .last("cannot set the key of a cipher")
        }
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
    }

    /// Encrypts a text.
    ///
    /// - Parameters:
    ///   - text: what to encrypt; at most 2^31 - 1 bytes.
    ///   - nonce: `nonceByteCount` bytes that were never used with this key before.
    /// - Returns: the encrypted text and its tag.
    public func seal(_ text: Span<UInt8>, nonce: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try begin(nonce, isSealing: true)
        var output = [UInt8](repeating: 0, count: text.count + Self.tagByteCount)
        guard update(&output, with: text), final(&output, at: text.count) else {
            throw .last("cannot encrypt")
        }
        // Writes the tag behind the text, in our own array.
        let result = unsafe output.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return CInt(0) }
            return unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, CInt(Self.tagByteCount), start + text.count)
        }
        guard result == 1 else { throw .last("cannot encrypt") }
        return output
    }

    /// Decrypts a text.
    ///
    /// - Parameters:
    ///   - sealed: an encrypted text and its tag.
    ///   - nonce: the one it was encrypted with.
    /// - Returns: the text; nil when it, its tag or its nonce was changed, or it has another key.
    public func open(_ sealed: Span<UInt8>, nonce: [UInt8]) throws(CryptographyError) -> [UInt8]? {
        let count = sealed.count - Self.tagByteCount
        guard count >= 0 else { return nil }
        try begin(nonce, isSealing: false)
        var tag: [UInt8] = []
        tag.append(copying: sealed.extracting(count...))
        // Copies the tag during the call.
        let result = unsafe tag.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_SET_TAG, CInt(buffer.count), buffer.baseAddress)
        }
        guard result == 1 else { throw .last("cannot decrypt") }
        var output = [UInt8](repeating: 0, count: count)
        guard update(&output, with: sealed.extracting(..<count)) else {
            throw .last("cannot decrypt")
        }
        guard final(&output, at: count) else {
            ERR_clear_error()
            return nil
        }
        return output
    }

    // MARK: - Steps

    private func begin(_ nonce: [UInt8], isSealing: Bool) throws(CryptographyError) {
        guard nonce.count == Self.nonceByteCount else {
            throw CryptographyError("a nonce has \(Self.nonceByteCount) bytes, not \(nonce.count)")
        }
        // Both ciphers take 12 bytes unless told otherwise, and copy them during the call.
        let result = unsafe EVP_CipherInit_ex(
            context, nil, nil, nil, nonce, isSealing ? 1 : 0)
        guard result == 1 else { throw .last("cannot set the nonce of a cipher") }
    }

    /// Works on a whole text; both ciphers give as many bytes as they take.
    private func update(_ output: inout [UInt8], with text: Span<UInt8>) -> Bool {
        guard text.count > 0 else { return true }
        guard let count = CInt(exactly: text.count) else { return false }
        // Reads the span, and writes as many bytes to our own array, which has at least so many.
        return unsafe text.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { buffer in
                var written: CInt = 0
                return unsafe EVP_CipherUpdate(
                    context, buffer.baseAddress, &written, input.baseAddress, count) == 1
                    && written == count
            }
        }
    }

    /// Ends a text; the ciphers write nothing more. When decrypting, false means a wrong tag.
    private func final(_ output: inout [UInt8], at count: Int) -> Bool {
        var rest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var written: CInt = 0
        // Room for a block, though no block ever comes.
        return unsafe withUnsafeMutableBytes(of: &rest) { buffer in
            unsafe EVP_CipherFinal_ex(
                context, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &written)
        } == 1
    }
}

extension [UInt8] {
    /// Appends the bytes of a span.
    mutating func append(copying span: Span<UInt8>) {
        reserveCapacity(count + span.count)
        // Valid for the call.
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
