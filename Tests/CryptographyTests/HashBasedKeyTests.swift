import Cryptography
import Testing

struct HashBasedKeyTests {
    @Test("HMAC-SHA-256 gives the codes of RFC 4231, and checks them")
    func hmac() throws {
        let message = Array("what do ya want for nothing?".utf8)
        let code = try HMACSHA256.authenticationCode(for: message, key: Array("Jefe".utf8))
        #expect(
            code
                == bytes(
                    "5bdcc146bf60754e6a042426089575c7" + "5a003f089d2739839dec58b964ec3843"))
        #expect(try HMACSHA256.isValid(code, for: message, key: Array("Jefe".utf8)))
        #expect(try !HMACSHA256.isValid(code, for: message, key: Array("jefe".utf8)))
        #expect(try !HMACSHA256.isValid(Array(code.dropLast()), for: message, key: [1]))
        #expect(try HMACSHA256.authenticationCode(for: [], key: []).count == 32)
    }

    struct Derivation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let salt: String
        let info: String
        let key: String
    }

    @Test(
        "HKDF-SHA-256 gives the keys of RFC 5869",
        arguments: [
            Derivation(
                testDescription: "with salt and info", salt: "000102030405060708090a0b0c",
                info: "f0f1f2f3f4f5f6f7f8f9",
                key: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                    + "34007208d5b887185865"),
            Derivation(
                testDescription: "without", salt: "", info: "",
                key: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                    + "9d201395faa4b61a96c8"),
        ])
    func hkdf(_ derivation: Derivation) throws {
        let key = try HKDFSHA256.derive(
            inputKey: [UInt8](repeating: 0x0b, count: 22), salt: bytes(derivation.salt),
            info: bytes(derivation.info), count: 42)
        #expect(key == bytes(derivation.key))
    }

    @Test("random bytes are as many as asked for, and others each time")
    func random() throws {
        let first = try randomBytes(32)
        #expect(first.count == 32)
        #expect(try randomBytes(32) != first)
        #expect(try randomBytes(0).isEmpty)
    }
}
