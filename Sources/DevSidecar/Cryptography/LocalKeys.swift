import Cryptography
import EventLoop

/// Why there is no key, or it cannot be used, in the words of the component.
struct KeyFault: Error {
    var text: String
}

/// The keys of a `crypto.dapr.localstorage` component: files below the folder `path`, which hold an
/// RSA key as PEM text or the 32 bytes of a symmetric key; or, without a folder, one key that is
/// made when it is first used.
final class LocalKeys {
    /// The setting that names the key of a component without a folder.
    static let temporaryKey = "temporaryKey"

    private let folder: String?
    private var keys: [String: WrappingKey] = [:]

    init(_ component: Component) {
        folder = component.metadata["path"]
        if let name = component.metadata[Self.temporaryKey] { keys[name] = .temporary }
    }

    /// The key of that name.
    func key(_ name: String) throws(KeyFault) -> WrappingKey {
        do throws(KeyFault) {
            if let key = keys[name] { return key }
            let key = try load(name)
            keys[name] = key
            return key
        } catch {
            throw KeyFault(text: "failed to retrieve the key encryption key: " + error.text)
        }
    }

    private func load(_ name: String) throws(KeyFault) -> WrappingKey {
        guard !name.split(separator: "/").contains("..") else {
            throw KeyFault(text: "invalid key path: cannot contain '..'")
        }
        guard let folder else { throw KeyFault(text: "key '\(name)' not found") }
        let path = folder + "/" + name.drop { $0 == "/" }
        do throws(SystemError) {
            return WrappingKey(try SystemFiles.read(path, upTo: 64 << 10))
        } catch {
            throw KeyFault(
                text: "failed to load key '\(name)': \(error.function) \(path): "
                    + error.reason.lowercased())
        }
    }
}

/// A key that wraps the keys of documents.
final class WrappingKey {
    private var symmetric: [UInt8]?
    private var rsa: RSAKey?
    /// Whether what is missing is made when it is first used.
    private let isTemporary: Bool

    /// The key in a file: PEM text, or else the bytes themselves.
    init(_ content: [UInt8]) {
        rsa = RSAKey.fromPEM(content)
        symmetric = rsa == nil ? content : nil
        isTemporary = false
    }

    private init() {
        isTemporary = true
    }

    /// A new key for every algorithm.
    static var temporary: WrappingKey { WrappingKey() }

    /// Wraps a key.
    func wrap(_ key: [UInt8], _ algorithm: KeyWrapAlgorithm) throws(KeyFault) -> [UInt8] {
        do throws(CryptographyError) {
            switch algorithm {
            case .aes256KeyWrap:
                if symmetric == nil, isTemporary {
                    symmetric = try randomBytes(AESKeyWrap.keyByteCount)
                }
                guard let symmetric, symmetric.count == AESKeyWrap.keyByteCount else {
                    throw CryptographyError("key type mismatch")
                }
                return try AESKeyWrap.wrap(key, with: symmetric)
            case .rsaOAEP256:
                if rsa == nil, isTemporary { rsa = try RSAKey.generate(bitCount: 2048) }
                guard let rsa else { throw CryptographyError("key type mismatch") }
                return try rsa.wrap(key)
            // The scheme gives no nonce, without which these cannot work, in daprd neither.
            case .aes128CBC, .aes192CBC, .aes256CBC: throw CryptographyError("invalid nonce")
            }
        } catch {
            throw KeyFault(text: "failed to encrypt data: " + error.description)
        }
    }

    /// Takes a wrapped key out; nil when that fails, for whatever reason.
    func unwrap(_ wrapped: [UInt8], _ algorithm: KeyWrapAlgorithm) -> [UInt8]? {
        switch algorithm {
        case .aes256KeyWrap:
            guard let symmetric else { return nil }
            return (try? AESKeyWrap.unwrap(wrapped, with: symmetric)) ?? nil
        case .rsaOAEP256: return (try? rsa?.unwrap(wrapped)) ?? nil
        case .aes128CBC, .aes192CBC, .aes256CBC: return nil
        }
    }
}
