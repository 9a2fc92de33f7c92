import JSON
import Testing

@Suite struct Base64Tests {
    @Test(
        "the test vectors of RFC 4648 section 10 hold both ways",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        let bytes = Array(plain.utf8)
        let unpadded = String(encoded.prefix { $0 != "=" })
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.encode(bytes, padded: false) == unpadded)
        #expect(Base64.decode(encoded) == bytes)
        #expect(Base64.decode(unpadded) == bytes)
        #expect(Base64.decode(encoded, padding: .required) == bytes)
        #expect(Base64.decode(unpadded, padding: .forbidden) == bytes)
        #expect((Base64.decode(unpadded, padding: .required) == bytes) == (unpadded == encoded))
        #expect((Base64.decode(encoded, padding: .forbidden) == bytes) == (unpadded == encoded))
    }

    @Test("the alphabets differ in two characters and are not mixed")
    func alphabets() {
        let bytes: [UInt8] = [0xFB, 0xEF, 0xFF]
        #expect(Base64.encode(bytes) == "++//")
        #expect(Base64.encode(bytes, alphabet: .url) == "--__")
        #expect(Base64.decode("++//") == bytes)
        #expect(Base64.decode("--__", alphabet: .url) == bytes)
        #expect(Base64.decode("--__") == nil)
        #expect(Base64.decode("++//", alphabet: .url) == nil)
    }

    @Test(
        "malformed text is refused",
        arguments: [
            "A", "AAAAA", "=", "==", "===", "====", "A===", "AA=", "AAA==", "AAAA=", "AAAA==",
            "AA=A",
            "AA==AA==", "AA AA", "AAAA\n", "AA.A", "AAAé",
        ])
    func malformed(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("bits that no byte needs are ignored, as in Go")
    func spareBits() {
        #expect(Base64.decode("Zh==") == [0x66])
    }

    @Test("any bytes come back from either alphabet", arguments: 0..<10 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        for alphabet in [Base64.Alphabet.standard, .url] {
            for padded in [true, false] {
                let text = Base64.encode(bytes, alphabet: alphabet, padded: padded)
                #expect(Base64.decode(text, alphabet: alphabet) == bytes)
                #expect(text.utf8.count.isMultiple(of: 4) || !padded)
            }
        }
    }
}
