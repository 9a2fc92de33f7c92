internal import COpenSSL

/// Bytes that nobody can guess.
///
/// - Parameter count: how many.
public func randomBytes(_ count: Int) throws(CryptographyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // Fills our own array.
    let result = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
        unsafe RAND_bytes(buffer.baseAddress, CInt(buffer.count))
    }
    guard result == 1 else { throw .last("cannot make random bytes") }
    return bytes
}

/// HMAC with SHA-256 (RFC 2104).
public enum HMACSHA256 {
    /// The length of a code in bytes.
    public static let byteCount = 32

    /// Computes the code of a message.
    ///
    /// - Parameters:
    ///   - message: what to authenticate.
    ///   - key: the key, of any length.
    public static func authenticationCode(for message: [UInt8], key: [UInt8])
        throws(CryptographyError) -> [UInt8]
    {
        var code = [UInt8](repeating: 0, count: byteCount)
        // Key and message are read, and our own array is filled, during the call.
        let result = unsafe code.withUnsafeMutableBufferPointer { output in
            unsafe HMAC(
                EVP_sha256(), key, CInt(key.count), message, message.count, output.baseAddress, nil)
        }
        guard unsafe result != nil else { throw .last("cannot compute an HMAC") }
        return code
    }

    /// Whether a code is the message's, in a time that does not tell how much of it is right.
    ///
    /// - Parameters:
    ///   - code: the code to check.
    ///   - message: what it is to authenticate.
    ///   - key: the key.
    public static func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8])
        throws(CryptographyError) -> Bool
    {
        let expected = try authenticationCode(for: message, key: key)
        // Both have `byteCount` bytes.
        return unsafe code.count == byteCount && CRYPTO_memcmp(code, expected, byteCount) == 0
    }
}

/// HKDF with SHA-256 (RFC 5869).
public enum HKDFSHA256 {
    /// Derives a key.
    ///
    /// - Parameters:
    ///   - inputKey: the secret to derive from.
    ///   - salt: a value that is not secret; may be empty.
    ///   - info: what the key is for.
    ///   - count: the length of the key in bytes, at most 8160.
    public static func derive(inputKey: [UInt8], salt: [UInt8], info: [UInt8], count: Int)
        throws(CryptographyError) -> [UInt8]
    {
        // Extract: an absent salt is a block of zeros, and HMAC pads its key with zeros.
        let pseudoRandomKey = try HMACSHA256.authenticationCode(for: inputKey, key: salt)
        var output: [UInt8] = []
        var block: [UInt8] = []
        for counter in 1...UInt8(max(1, (count + 31) / 32)) {
            block = try HMACSHA256.authenticationCode(
                for: block + info + [counter], key: pseudoRandomKey)
            output += block
        }
        return Array(output.prefix(count))
    }
}
