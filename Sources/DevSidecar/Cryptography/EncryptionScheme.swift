import Cryptography
import JSON

/// Dapr's encryption scheme, version 1: a header of three lines (name, manifest, MAC), then segments
/// of 64 KiB, each encrypted and authenticated by itself under a key made for the document.
enum EncryptionScheme {
    static let name = "dapr.io/enc/v1"
    /// The length of each segment but the last, before encryption.
    static let segmentSize = 64 << 10
    /// The most bytes that a header can have.
    static let headerLimit = 64 << 10
}

/// Why an operation failed, in the words of the sidecar.
struct CryptographyFailure: Error {
    var text: String
    /// Whether it was the data rather than the request; over HTTP they have different codes.
    var isInData = false

    init(_ text: String, isInData: Bool = false) {
        self.text = text
        self.isInData = isInData
    }
}

/// How the key of a document is wrapped; the raw values stand in manifests.
enum KeyWrapAlgorithm: Int, CaseIterable {
    case aes256KeyWrap = 1
    case aes128CBC = 2
    case aes192CBC = 3
    case aes256CBC = 4
    case rsaOAEP256 = 5

    /// The name in upper case, or its alias.
    init?(name: String) {
        switch name {
        case "A256KW", "AES": self = .aes256KeyWrap
        case "A128CBC-NOPAD": self = .aes128CBC
        case "A192CBC-NOPAD": self = .aes192CBC
        case "A256CBC-NOPAD": self = .aes256CBC
        case "RSA-OAEP-256", "RSA": self = .rsaOAEP256
        default: return nil
        }
    }
}

extension AuthenticatedCipher.Algorithm {
    /// The name in upper case.
    init?(name: String) {
        switch name {
        case "AES-GCM": self = .aes256GCM
        case "CHACHA20-POLY1305": self = .chaCha20Poly1305
        default: return nil
        }
    }

    fileprivate init?(number: Int) {
        guard let found = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = found
    }

    fileprivate var number: Int { self == .aes256GCM ? 1 : 2 }
}

/// The second line of a document.
struct EncryptionManifest {
    /// The key that decrypts; empty when the document does not tell.
    var keyName: String
    var algorithm: KeyWrapAlgorithm
    var wrappedKey: [UInt8]
    var cipher: AuthenticatedCipher.Algorithm
    var noncePrefix: [UInt8]

    /// As JSON, without a line feed.
    var serialized: [UInt8] {
        var writer = JSONWriter(options: .go)
        writer.beginObject()
        if !keyName.isEmpty { writer.member("k", keyName) }
        writer.key("kw")
        writer.value(.number(JSONNumber(algorithm.rawValue)))
        writer.member("wfk", Base64.encode(wrappedKey))
        writer.key("cph")
        writer.value(.number(JSONNumber(cipher.number)))
        writer.member("np", Base64.encode(noncePrefix))
        writer.endObject()
        return writer.bytes
    }
}

extension EncryptionManifest {
    /// Reads a manifest; nil when it is none.
    init?(_ line: ArraySlice<UInt8>) {
        guard let json = try? JSONValue.parse(Array(line)),
            let algorithm = json["kw"]?.intValue.flatMap(KeyWrapAlgorithm.init),
            let cipher = json["cph"]?.intValue
                .flatMap(AuthenticatedCipher.Algorithm.init(number:)),
            let key = json["wfk"]?.stringValue.flatMap({ Base64.decode($0) }), !key.isEmpty,
            let prefix = json["np"]?.stringValue.flatMap({ Base64.decode($0) }),
            prefix.count == DocumentKey.noncePrefixByteCount
        else { return nil }
        self.init(
            keyName: json["k"]?.stringValue ?? "", algorithm: algorithm, wrappedKey: key,
            cipher: cipher, noncePrefix: prefix)
    }
}

/// The key of one document, and what is derived from it.
struct DocumentKey {
    static let byteCount = 32
    static let noncePrefixByteCount = 7

    let bytes: [UInt8]
    let noncePrefix: [UInt8]

    /// The MAC of a header's first two lines, line feeds included.
    func code(of lines: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try HMACSHA256.authenticationCode(for: lines, key: try headerKey)
    }

    /// Whether a MAC is that of these lines.
    func isValid(_ code: [UInt8], of lines: [UInt8]) throws(CryptographyError) -> Bool {
        try HMACSHA256.isValid(code, for: lines, key: try headerKey)
    }

    private var headerKey: [UInt8] {
        get throws(CryptographyError) {
            try HKDFSHA256.derive(
                inputKey: bytes, salt: [], info: Array("header".utf8), count: Self.byteCount)
        }
    }

    /// The key of the segments.
    var payloadKey: [UInt8] {
        get throws(CryptographyError) {
            try HKDFSHA256.derive(
                inputKey: bytes, salt: noncePrefix, info: Array("payload".utf8),
                count: AuthenticatedCipher.keyByteCount)
        }
    }
}
