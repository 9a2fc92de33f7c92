import Cryptography
import Testing

struct CipherTests {
    @Test("AES-256-GCM gives the text and tag of the GCM specification, test case 14")
    func gcm() throws {
        let cipher = try AuthenticatedCipher(.aes256GCM, key: [UInt8](repeating: 0, count: 32))
        let sealed = try cipher.seal(
            [UInt8](repeating: 0, count: 16), nonce: [UInt8](repeating: 0, count: 12))
        #expect(
            sealed
                == bytes("cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919"))
    }

    @Test("ChaCha20-Poly1305 gives the text and tag that another implementation gives")
    func chaCha() throws {
        let cipher = try AuthenticatedCipher(.chaCha20Poly1305, key: Array(0..<32))
        let sealed = try cipher.seal(Array("hello".utf8), nonce: Array(0..<12))
        #expect(sealed == bytes("e19e646c46f5939695c670586d63a69f58c41396dd"))
    }

    @Test(
        "what was sealed opens again, with one cipher object for both and in any order",
        arguments: AuthenticatedCipher.Algorithm.allCases, [0, 1, 16, 65_536])
    func roundTrip(_ algorithm: AuthenticatedCipher.Algorithm, _ count: Int) throws {
        let cipher = try AuthenticatedCipher(algorithm, key: try randomBytes(32))
        let text = try randomBytes(count)
        let nonces: [[UInt8]] = [try randomBytes(12), try randomBytes(12)]
        let sealed = try nonces.map { try cipher.seal(text, nonce: $0) }
        #expect(sealed[0].count == count + 16)
        #expect(sealed[0] != sealed[1])
        #expect(try cipher.open(sealed[1], nonce: nonces[1]) == text)
        #expect(try cipher.open(sealed[0], nonce: nonces[0]) == text)
        #expect(try cipher.seal(text, nonce: nonces[1]) == sealed[1])
    }

    @Test(
        "a changed byte, nonce, length or key makes it unreadable",
        arguments: AuthenticatedCipher.Algorithm.allCases)
    func tampering(_ algorithm: AuthenticatedCipher.Algorithm) throws {
        let cipher = try AuthenticatedCipher(algorithm, key: try randomBytes(32))
        let nonce = try randomBytes(12)
        let sealed = try cipher.seal(Array("text".utf8), nonce: nonce)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(try cipher.open(changed, nonce: nonce) == nil)
        }
        for count in sealed.indices {
            #expect(try cipher.open(Array(sealed.prefix(count)), nonce: nonce) == nil)
        }
        #expect(try cipher.open(sealed, nonce: try randomBytes(12)) == nil)
        let other = try AuthenticatedCipher(algorithm, key: try randomBytes(32))
        #expect(try other.open(sealed, nonce: nonce) == nil)
        #expect(try cipher.open(sealed, nonce: nonce) == Array("text".utf8))
    }

    @Test("keys and nonces of another length are refused, not cut")
    func lengths() throws {
        #expect(throws: CryptographyError.self) {
            try AuthenticatedCipher(.aes256GCM, key: [UInt8](repeating: 0, count: 16))
        }
        let cipher = try AuthenticatedCipher(
            .aes256GCM, key: [UInt8](repeating: 0, count: 32))
        #expect(throws: CryptographyError.self) {
            _ = try cipher.seal([1, 2, 3], nonce: [1])
        }
    }
}

extension AuthenticatedCipher {
    fileprivate func seal(_ text: [UInt8], nonce: [UInt8]) throws -> [UInt8] {
        try seal(text.span, nonce: nonce)
    }

    fileprivate func open(_ sealed: [UInt8], nonce: [UInt8]) throws -> [UInt8]? {
        try open(sealed.span, nonce: nonce)
    }
}
