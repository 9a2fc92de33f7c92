import Cryptography
import Testing

struct KeyWrapTests {
    @Test("AES key wrap gives the wrapped key of RFC 3394, section 4.6")
    func vector() throws {
        let key = bytes("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
        let wrapped = try AESKeyWrap.wrap(key, with: Array(0..<32))
        #expect(
            wrapped
                == bytes(
                    "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326"
                        + "CBC7F0E71A99F43BFB988B9B7A02DD21"))
        #expect(try AESKeyWrap.unwrap(wrapped, with: Array(0..<32)) == key)
    }

    @Test("a changed or foreign wrapped key of AES does not come out")
    func changed() throws {
        var wrapped = try AESKeyWrap.wrap([UInt8](repeating: 7, count: 32), with: Array(0..<32))
        #expect(try AESKeyWrap.unwrap(wrapped, with: Array(1..<33)) == nil)
        wrapped[3] ^= 1
        #expect(try AESKeyWrap.unwrap(wrapped, with: Array(0..<32)) == nil)
        #expect(try AESKeyWrap.unwrap([], with: Array(0..<32)) == nil)
        #expect(try AESKeyWrap.unwrap(Array(0..<25), with: Array(0..<32)) == nil)
    }

    @Test("keys that cannot wrap, or be wrapped, are refused")
    func refused() {
        #expect(throws: CryptographyError.self) {
            try AESKeyWrap.wrap([UInt8](repeating: 7, count: 32), with: Array(0..<16))
        }
        #expect(throws: CryptographyError.self) {
            try AESKeyWrap.wrap([1, 2, 3], with: Array(0..<32))
        }
    }

    @Test("an RSA key wraps, differently each time, and unwraps")
    func rsa() throws {
        let rsa = try RSAKey.generate(bitCount: 2048)
        let key = try randomBytes(32)
        let wrapped = try rsa.wrap(key)
        #expect(wrapped.count == 256)
        #expect(try rsa.wrap(key) != wrapped)
        #expect(try rsa.unwrap(wrapped) == key)
        #expect(try rsa.unwrap(Array(wrapped.dropLast())) == nil)
        var changed = wrapped
        changed[9] ^= 1
        #expect(try rsa.unwrap(changed) == nil)
        #expect(throws: CryptographyError.self) { try rsa.wrap(try randomBytes(1000)) }
    }

    @Test("an RSA key is read from the PEM text that it writes; a public one only wraps")
    func pem() throws {
        let rsa = try RSAKey.generate(bitCount: 2048)
        let again = try #require(RSAKey.fromPEM(try rsa.pem()))
        #expect(again.isPrivate)
        let wrapped = try again.wrap([1, 2, 3])
        #expect(try rsa.unwrap(wrapped) == [1, 2, 3])
        let text = """
            -----BEGIN PUBLIC KEY-----
            MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDf3K9irbFnsEX6ManaS/TbR204
            OKNx/4p9oHNsE4Nl7N2C6bVMT47aYcubQBn4OsNtAEeCewN2OxSe3A9AnC8uCl/n
            0TRkfh8Eiugos9CPsugQgtqPdodcCa/teJatdFGRFX26bkEr/kVD4zK4gdiWNWzu
            jOaz3h8/hzkIGo4cHwIDAQAB
            -----END PUBLIC KEY-----

            """
        let publicKey = try #require(RSAKey.fromPEM(Array(text.utf8)))
        #expect(!publicKey.isPrivate)
        #expect(try publicKey.wrap([1]).count == 128)
        #expect(try publicKey.unwrap([UInt8](repeating: 1, count: 128)) == nil)
        #expect(throws: CryptographyError.self) { try publicKey.pem() }
    }

    @Test(
        "what is no RSA key in PEM is refused",
        arguments: [
            "", "garbage", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzu6m4pS1u1onkIeqwlSc1g4cM1iJ
            Fc5XleKRIzah8YW+1ESCZLAZMWuKKjUXGyZtlETlCCpJE51UXR0zBRLw8A==
            -----END PUBLIC KEY-----

            """,
        ])
    func noKey(_ text: String) {
        #expect(RSAKey.fromPEM(Array(text.utf8)) == nil)
    }
}
