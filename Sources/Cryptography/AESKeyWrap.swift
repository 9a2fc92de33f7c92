internal import COpenSSL

/// The key wrap of AES with a key of 256 bits (RFC 3394).
public enum AESKeyWrap {
    /// The length of the wrapping key in bytes.
    public static let keyByteCount = 32
    /// How much longer a wrapped key is.
    private static let overhead = 8

    /// Wraps a key.
    ///
    /// - Parameters:
    ///   - key: what to wrap: at least 16 bytes, a multiple of 8.
    ///   - wrappingKey: `keyByteCount` bytes.
    public static func wrap(
        _ key: [UInt8], with wrappingKey: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard let wrapped = try run(key, wrappingKey, count: key.count + overhead, isWrapping: true)
        else { throw .last("cannot wrap a key of \(key.count) bytes") }
        return wrapped
    }

    /// Takes a wrapped key out.
    ///
    /// - Returns: the key; nil when it was changed or is wrapped with another key.
    public static func unwrap(
        _ wrapped: [UInt8], with wrappingKey: [UInt8]
    ) throws(CryptographyError) -> [UInt8]? {
        guard wrapped.count >= 16 + overhead else { return nil }
        let count = wrapped.count - overhead
        let key = try run(wrapped, wrappingKey, count: count, isWrapping: false)
        if key == nil { ERR_clear_error() }
        return key
    }

    /// Works on a whole key; nil when the library refuses it.
    private static func run(
        _ input: [UInt8], _ wrappingKey: [UInt8], count: Int, isWrapping: Bool
    ) throws(CryptographyError) -> [UInt8]? {
        guard wrappingKey.count == keyByteCount else {
            throw CryptographyError(
                "a wrapping key has \(keyByteCount) bytes, not \(wrappingKey.count)")
        }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .last("cannot make a cipher") }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        // The library wants to hear that a wrapping cipher is really meant.
        unsafe EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW)
        let direction: CInt = isWrapping ? 1 : 0
        // Key and input are read during the calls, the output is our own array; the library asks for
        // room for one more block than it fills.
        guard
            unsafe EVP_CipherInit_ex(
                context, EVP_aes_256_wrap(), nil, wrappingKey, nil, direction) == 1
        else { throw .last("cannot set the key of a cipher") }
        var output = [UInt8](repeating: 0, count: input.count + 2 * overhead)
        var written: CInt = 0
        let result = unsafe output.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_CipherUpdate(
                context, buffer.baseAddress, &written, input, CInt(input.count))
        }
        guard result == 1, Int(written) == count else { return nil }
        return Array(output.prefix(count))
    }
}
