/// How a content is to be encrypted.
public struct EncryptionOptions: Sendable, Hashable {
    /// How the key of the document is wrapped with the component's key. Others may be known to a
    /// component; the sidecar has the last word.
    public struct KeyWrapAlgorithm: Sendable, Hashable, RawRepresentable {
        /// As the sidecar knows it.
        public let rawValue: String

        /// An algorithm by its name, in any case.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// AES key wrap with a key of 256 bits (`AES` for short).
        public static let aes256KW = KeyWrapAlgorithm(rawValue: "A256KW")
        /// AES-CBC with a key of 128 bits, without padding.
        public static let aes128CBC = KeyWrapAlgorithm(rawValue: "A128CBC-NOPAD")
        /// AES-CBC with a key of 192 bits, without padding.
        public static let aes192CBC = KeyWrapAlgorithm(rawValue: "A192CBC-NOPAD")
        /// AES-CBC with a key of 256 bits, without padding.
        public static let aes256CBC = KeyWrapAlgorithm(rawValue: "A256CBC-NOPAD")
        /// RSA-OAEP with SHA-256 (`RSA` for short).
        public static let rsaOAEP256 = KeyWrapAlgorithm(rawValue: "RSA-OAEP-256")
    }

    /// How the content itself is encrypted.
    public struct DataEncryptionCipher: Sendable, Hashable, RawRepresentable {
        /// As the sidecar knows it.
        public let rawValue: String

        /// A cipher by its name, in any case.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// AES-GCM with a key of 256 bits, which is the default.
        public static let aesGCM = DataEncryptionCipher(rawValue: "aes-gcm")
        /// ChaCha20-Poly1305, for machines that do not help with AES.
        public static let chaCha20Poly1305 = DataEncryptionCipher(rawValue: "chacha20-poly1305")
    }

    /// The key, `name` or `name/version`.
    public var keyName: String
    /// How the key of the document is wrapped.
    public var keyWrapAlgorithm: KeyWrapAlgorithm
    /// How the content is encrypted; nil leaves it to the sidecar.
    public var dataEncryptionCipher: DataEncryptionCipher?
    /// Whether the document does not tell which key decrypts it.
    public var omitDecryptionKeyName: Bool
    /// The key that decrypts it, where that is another one; nil is `keyName`.
    public var decryptionKeyName: String?

    /// How a content is to be encrypted.
    public init(
        keyName: String, keyWrapAlgorithm: KeyWrapAlgorithm,
        dataEncryptionCipher: DataEncryptionCipher? = nil, omitDecryptionKeyName: Bool = false,
        decryptionKeyName: String? = nil
    ) {
        self.keyName = keyName
        self.keyWrapAlgorithm = keyWrapAlgorithm
        self.dataEncryptionCipher = dataEncryptionCipher
        self.omitDecryptionKeyName = omitDecryptionKeyName
        self.decryptionKeyName = decryptionKeyName
    }

    /// Throws when an option that the sidecar requires is empty, and names it.
    func check() throws(DaprError) {
        try Self.require(keyName, "keyName")
        try Self.require(keyWrapAlgorithm.rawValue, "keyWrapAlgorithm")
    }

    static func require(_ value: String, _ option: String) throws(DaprError) {
        guard !value.isEmpty else {
            throw DaprError(
                .invalidArgument, "the option '\(option)' must not be empty", isUnprocessed: true)
        }
    }
}
